/** How to reach one API server and who we are there. Read anew as tokens and certificates rotate. */
export interface Credentials {
  /** Origin and path prefix of the API server, without a slash at the end; IPv6 hosts in brackets. */
  readonly server: string;
  /** HTTP proxy between, such as `http://proxy:3128`; none when left out. */
  readonly proxyUrl?: string;
  /** What one call needs. Cheap when nothing has changed. Throws CredentialsError. */
  current(): Promise<Login>;
  /** Forgets what is cached: the server has said 401. */
  forget(): void;
}

export interface Login {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsIdentity;
}

/** PEM texts; a missing authority means those the system trusts. */
export interface TlsIdentity {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  /** False takes any certificate: insecure-skip-tls-verify. */
  readonly rejectUnauthorized?: boolean;
}
