import type { TlsRoute } from '../configuration/listener-policy.ts';
import type { CloseReason } from './close-reason.ts';
import type { LimitReason } from './limit-reason.ts';

/** A client that might connect now. Addresses have 16 bytes, IPv4 mapped into IPv6. */
export interface Flow {
  /** Name of the listener. */
  readonly listener: string;
  readonly client: Uint8Array;
  /**
   * The load balancer in front, whose PROXY header names the client; omitted if the client connects itself.
   */
  readonly via?: Uint8Array;
  /** What it says in TLS, if the listener reads that. */
  readonly serverName?: string;
  readonly protocols: readonly string[];
}

/** What would become of a client that connected now. */
export interface Forecast {
  /** Version of the table that it follows from. */
  readonly version: number;
  /**
   * Whether its peer is one whose first bytes are read as a PROXY header; omitted if the listener reads none.
   */
  readonly header?: 'Read' | 'Skipped' | 'Refused';
  /** What its address meant; omitted if all may connect, or if it did not come to that. */
  readonly source?: SourceForecast;
  /** In the order in which they are applied. */
  readonly limits: readonly LimitForecast[];
  /** The route of TLS that leads to the backend; omitted if none does. */
  readonly route?: TlsRoute;
  /** Name of the backend that an endpoint would be picked of; omitted if it did not come to that. */
  readonly backend?: string;
  readonly outcome: ForecastOutcome;
  /** All endpoints of the backend that take connections. */
  readonly endpoints: readonly EndpointForecast[];
}

export interface SourceForecast {
  readonly isAllowed: boolean;
  /** The range that decides; omitted if none contains the address. */
  readonly range?: string;
}

export interface LimitForecast {
  readonly reason: LimitReason;
  /** Connections, or for a rate those that it lets in at once now. */
  readonly used: number;
  readonly most: number;
  /** Whether one more would be refused; in mode Report it is let in all the same. */
  readonly isExceeded: boolean;
}

export type ForecastOutcome =
  /** The client gets this endpoint. If that cannot be reached, those in `next` are tried, in this order. */
  | {
      readonly type: 'Endpoint';
      readonly endpoint: EndpointAddress;
      readonly next: readonly EndpointAddress[];
    }
  /** It depends on other clients, or on chance: see the chances of the endpoints. */
  | { readonly type: 'OneOf' }
  /** It waits until an endpoint has room: each has all the connections that it may have. */
  | { readonly type: 'Waits' }
  /** The peer is believed to send a PROXY header, which names somebody else as the client. */
  | { readonly type: 'HeaderDecides' }
  | { readonly type: 'Refused'; readonly reason: CloseReason };

export interface EndpointAddress {
  readonly address: string;
  readonly port: number;
}

export interface EndpointForecast extends EndpointAddress {
  /** The part of new connections that it gets now, 0 to 1; for a client whose address decides, 0 or 1. */
  readonly chance: number;
  /** As slow start has it now, relative to the other endpoints. */
  readonly weight: number;
  readonly open: number;
  readonly isFull: boolean;
}
