import type { TlsRoute } from '../../configuration/listener-policy.ts';
import type { CloseReason } from '../../engine/close-reason.ts';
import type { TlsDetails } from '../../engine/tls-details.ts';
import type { EndpointPart } from '../../start-tls/opening.ts';
import type { AcceptorListener, AcceptorTable } from './messages.ts';
import type { ContextHandle, ListenerContexts } from './server-contexts.ts';

/** An address as connections keep it: 16 bytes, IPv4 mapped into IPv6, and a port. */
export interface NamedAddress {
  readonly address: Uint8Array;
  readonly port: number;
}

/** What a preface says of the bytes that have come so far. It may be the same object each time. */
export type PrefaceOutcome =
  /**
   * More bytes are needed: at least `needed` in all, if it is known, up to which the client is not looked at
   * again.
   */
  | { readonly type: 'NeedMore'; readonly needed?: number }
  /**
   * The preface is complete. Its first `drop` bytes are thrown away; what follows is passed on untouched to
   * an endpoint of the backend. A backend that is not served (any more) has no endpoint. If the preface names
   * the client, that is who the connection is of from now on, and where it had connected to. If another
   * preface follows, it is that one which picks the backend. With `context` the bytes are a ClientHello, and
   * TLS ends here.
   */
  | {
      readonly type: 'GoOn';
      readonly backendSlot: number;
      readonly drop: number;
      readonly context?: ContextHandle | undefined;
      /** The route that leads there; omitted if it is where the listener's other connections go. */
      readonly route?: TlsRoute;
      readonly named?: { readonly client: NamedAddress; readonly destination: NamedAddress } | undefined;
      /** What the client is told first. */
      readonly send?: Uint8Array;
      /** What the endpoint has to be told later, before TLS: replaces what was carried before. */
      readonly carry?: Uint8Array;
      /** The endpoint is told nothing in the clear after all. */
      readonly isDirect?: boolean;
    }
  /**
   * The client is told something, its first `drop` bytes are thrown away, and the same preface reads on, with
   * another step.
   */
  | {
      readonly type: 'Answer';
      readonly drop: number;
      readonly send: Uint8Array;
      readonly step: number;
      readonly carry?: Uint8Array;
    }
  /**
   * The connection ends for this reason. The client is reset; or it is told why, and its connection closed.
   * With `context`, TLS tells it, if it can.
   */
  | {
      readonly type: 'Refuse';
      readonly reason: CloseReason;
      readonly send?: Uint8Array;
      readonly context?: ContextHandle | undefined;
    };

/**
 * Whether a peer's first bytes are read as a preface: 'Skip' if not, or the reason to refuse the peer for.
 */
export type PrefaceUse = 'Read' | 'Skip' | CloseReason;

/**
 * What a listener wants to know of a client's first bytes before an endpoint is picked: a header to be taken
 * off, or a name to choose a backend by. Picked once per listener when a table is adopted; a listener without
 * one pays a single check per connection. It must not keep state of one connection: the bytes are looked at
 * again, from the first one on, whenever more have come, and stay in the kernel's receive buffer meanwhile.
 * So an unfinished preface costs no memory here, and what comes after it (TLS, for example) finds a socket as
 * if nothing had been read.
 */
export interface Preface {
  /**
   * What it reads. A connection that is in its preface goes on with the one that reads the same when its
   * listener changes. With a PROXY header, the client's address is settled only once it was read.
   */
  readonly reads: 'ProxyHeader' | 'Opening' | 'ClientHello';
  /** What is read after it; omitted if an endpoint is dialled then. */
  readonly next?: Preface | undefined;
  /** What a client is told when it comes here; omitted if it speaks first. */
  readonly greeting?: Uint8Array;
  /** How its endpoint is told to begin TLS, once it is connected; omitted if TLS begins by itself. */
  readonly endpoint?: EndpointPart;
  /** How long the client has for it. */
  readonly ticks: number;
  /**
   * Most bytes that may be needed, up to PREFACE_BYTES. The kernel's receive buffer must hold them: for more
   * than some 32 KiB, `read` has to say how many are needed, and then it becomes large enough.
   */
  readonly mostBytes: number;
  /** Reasons for which a connection ends whose preface is not complete in time, or within those bytes. */
  readonly tooSlow: CloseReason;
  readonly tooLong: CloseReason;
  /** The reason if the client ends its stream within the preface. */
  readonly cutShort: CloseReason;
  /** Asked about the peer's address, 16 bytes at `at`, before anything is read; omitted to read all. */
  readonly useFor?: (address: Uint8Array, at: number) => PrefaceUse;
  /**
   * Looks at the first `length` bytes that have come, at the start of `bytes`, which must not be kept or
   * changed. `step` is 0 at first, then that of the last answer.
   */
  readonly read: (bytes: Uint8Array, length: number, step: number) => PrefaceOutcome;
  /**
   * What `read` answers to a whole ClientHello that names this server, if any, and offers these protocols;
   * omitted if it reads none.
   */
  readonly route?: (serverName: string | undefined, offered: readonly string[]) => PrefaceOutcome;
  /** What the bytes say of TLS that were read last; omitted if they never say anything. */
  readonly details?: () => TlsDetails | undefined;
}

/** Most bytes of a preface. */
export const PREFACE_BYTES = 65_536;

/**
 * Picks the preface of a listener of a table, the first one if there are several; undefined for none.
 * `contexts` are the listener's, if it ends TLS.
 */
export type PrefaceFor = (
  listener: AcceptorListener,
  table: AcceptorTable,
  contexts: ListenerContexts | undefined,
) => Preface | undefined;
