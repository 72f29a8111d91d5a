/** How to reach an API server and authenticate to it. Read again as tokens and certificates rotate. */
export interface Credentials {
  /** Origin and path prefix of the API server, without a trailing slash; IPv6 hosts in brackets. */
  readonly server: string;
  /** HTTP proxy to use, such as `http://proxy:3128`; none by default. */
  readonly proxyUrl?: string;
  /** Namespace of the kubeconfig's context, or of the pod; undefined if there is none. */
  readonly namespace?: string;
  /** The login for a call; cached, so cheap to call. Throws CredentialsError. */
  current(): Promise<Login>;
  /** Clears the cache, after the server has answered 401. */
  forget(): void;
}

export interface Login {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsIdentity;
}

/** PEM texts; without a CA, those trusted by the system are used. */
export interface TlsIdentity {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  /** False accepts any certificate: insecure-skip-tls-verify. */
  readonly rejectUnauthorized?: boolean;
}
