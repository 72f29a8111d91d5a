import type { FromAcceptor } from './messages.ts';

/** Time between two peers that are named: more are only counted. */
const INTERVAL_MS = 1_000;

/**
 * Names peers that were refused because they are not trusted to send a PROXY header: those who set up the
 * proxy have to know which load balancers they forgot. However many come, a listener has one named each
 * second.
 */
export class Strangers {
  readonly #notify: (message: FromAcceptor) => void;
  /** By slot of a listener: when it may name another one. */
  readonly #nextMs = new Map<number, number>();

  constructor(notify: (message: FromAcceptor) => void) {
    this.#notify = notify;
  }

  /** A peer was refused; its address has 16 bytes, from `at` on. */
  onRefused(listenerSlot: number, addresses: Uint8Array, at: number, nowMs: number): void {
    if (nowMs < (this.#nextMs.get(listenerSlot) ?? 0)) return;
    this.#nextMs.set(listenerSlot, nowMs + INTERVAL_MS);
    this.#notify({ type: 'PeerUntrusted', listenerSlot, address: addresses.slice(at, at + 16) });
  }
}
