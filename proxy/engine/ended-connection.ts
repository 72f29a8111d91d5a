import type { Close } from './close-reason.ts';
import type { TlsDetails } from './tls-details.ts';

/** A connection that has ended, as the access log shows it. */
export interface EndedConnection {
  /** Milliseconds since 1970. */
  readonly endedAt: number;
  readonly durationMs: number;
  readonly listener: string;
  /** Omitted if it was removed while the connection was still being established. */
  readonly backend?: string;
  /** The endpoint in use, or the one that failed last; omitted if there was none. */
  readonly endpoint?: string;
  /** Address and port; IPv6 addresses are bracketed. */
  readonly client: string;
  /** The unique ID that its endpoint was told, in hexadecimal; omitted if none was. */
  readonly uniqueId?: string;
  /** Omitted if nothing was read of the client's TLS. */
  readonly tls?: TlsDetails;
  readonly close: Close;
  readonly retries: number;
  /** Bytes from the client, and from the endpoint. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly acceptor: number;
}
