import type { CloseReason } from '../../engine/close-reason.ts';
import type { AcceptorListener, AcceptorTable } from './messages.ts';

/** What a preface says of the bytes that have come so far. */
export type PrefaceOutcome =
  /** More bytes are needed. */
  | { readonly type: 'NeedMore' }
  /**
   * The preface is complete. Its first `drop` bytes are thrown away; what follows is passed on untouched to
   * an endpoint of the backend. A backend that is not served (any more) has no endpoint.
   */
  | { readonly type: 'GoOn'; readonly backendSlot: number; readonly drop: number }
  /** The client is reset, and the connection counted as ended for this reason. */
  | { readonly type: 'Refuse'; readonly reason: CloseReason };

/**
 * What a listener wants to know of a client's first bytes before an endpoint is picked: a header to be taken
 * off, or a name to choose a backend by. Picked once per listener when a table is adopted; a listener without
 * one pays a single check per connection. It must not keep state of one connection: the bytes are looked at
 * again, from the first one on, whenever more have come, and stay in the kernel's receive buffer meanwhile.
 * So an unfinished preface costs no memory here, and what comes after it (TLS, for example) finds a socket as
 * if nothing had been read.
 */
export interface Preface {
  /** How long the client has for it. */
  readonly ticks: number;
  /**
   * Most bytes that may be needed; the kernel's receive buffer and one of this program (BUFFER_BYTES) must
   * hold them.
   */
  readonly mostBytes: number;
  /** Reasons for which a connection ends whose preface is not complete in time, or within those bytes. */
  readonly tooSlow: CloseReason;
  readonly tooLong: CloseReason;
  /**
   * Looks at the first `length` bytes that have come, at the start of `bytes`, which must not be kept or
   * changed.
   */
  readonly read: (bytes: Uint8Array, length: number) => PrefaceOutcome;
}

/** Picks the preface of a listener of a table; undefined for none. */
export type PrefaceFor = (listener: AcceptorListener, table: AcceptorTable) => Preface | undefined;
