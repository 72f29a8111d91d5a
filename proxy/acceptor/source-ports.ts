import { SLOTS } from './shared-memory.ts';

/** Ephemeral ports of the network namespace (net.ipv4.ip_local_port_range), both ends included. */
export interface PortRange {
  readonly low: number;
  readonly high: number;
}

/** A closed connection keeps its port for a minute (TCP_TIMEWAIT_LEN), where the endpoint did not close first. */
const KEPT_MS = 60_000;
/** Share of the range that is left to the kernel: it gives no port away that was bound by number, and others connect, too. */
const LEFT_TO_KERNEL = 4;

/**
 * Decides who chooses source ports. Usually the kernel does. Once ports get scarce its search takes long and then fails, because
 * connections in TIME_WAIT keep theirs. A socket that was bound to a port by number may take over such a connection's port (the
 * kernel demands timestamps for it, RFC 6191), also with net.ipv4.tcp_tw_reuse off. So from then on this acceptor goes round its own
 * share of the range.
 */
export class SourcePorts {
  /** Whether ports are chosen here. */
  chosen = false;
  #first: number;
  #count: number;
  #next = 0;
  #scarce: number;
  #dialed = new Uint32Array(SLOTS.endpoints);
  #since: number;
  #wasScarce = false;

  /** `index` of `acceptors`: each takes ports of its own. */
  constructor({ low, high }: PortRange, index: number, acceptors: number, nowMs: number) {
    const size = Math.max(1, high - low + 1);
    const kept = Math.floor(size / LEFT_TO_KERNEL);
    const share = Math.max(1, Math.floor((size - kept) / acceptors));
    this.#first = Math.min(high, low + kept + index * share);
    this.#count = share;
    this.#scarce = Math.max(1, Math.floor(size / 4 / acceptors));
    this.#since = nowMs;
  }

  /** Notes a connection to an endpoint. */
  dialed(endpointSlot: number, nowMs: number): void {
    if (nowMs - this.#since > KEPT_MS) this.#newMinute(nowMs);
    const count = (this.#dialed[endpointSlot] as number) + 1;
    this.#dialed[endpointSlot] = count;
    if (count >= this.#scarce) this.scarce();
  }

  /** The kernel has no port left for an endpoint, or soon will have none. */
  scarce(): void {
    this.#wasScarce = true;
    this.chosen = true;
  }

  /** The next port of this acceptor's share. */
  next(): number {
    this.#next = (this.#next + 1) % this.#count;
    return this.#first + this.#next;
  }

  #newMinute(nowMs: number): void {
    this.chosen = this.#wasScarce;
    this.#wasScarce = false;
    this.#since = nowMs;
    this.#dialed.fill(0);
  }
}
