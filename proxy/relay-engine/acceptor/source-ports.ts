import { SLOTS } from './shared-memory.ts';

/** The source ports of the network namespace. */
export interface PortRange {
  /** net.ipv4.ip_local_port_range, both ends included. */
  readonly low: number;
  readonly high: number;
  /** Whether the kernel itself reuses ports in TIME_WAIT (net.ipv4.tcp_tw_reuse = 1). */
  readonly reused: boolean;
  /**
   * Ports of the range that nobody may choose (net.ipv4.ip_local_reserved_ports); the kernel observes that
   * only if it chooses itself.
   */
  readonly reserved?: readonly number[];
}

/** A closed connection keeps its port for a minute (TCP_TIMEWAIT_LEN), unless the endpoint closed first. */
const KEPT_MS = 60_000;
/** If the kernel reuses such ports, it does so after a second. */
const KEPT_REUSED_MS = 1000;
/**
 * One in how many ports is left to the kernel: it never assigns a port that was bound by number, and other
 * programs connect, too.
 */
const LEFT_TO_KERNEL = 4;

/**
 * Decides who chooses source ports. Usually the kernel does. If clients end connections first, the sockets of
 * this side stay in TIME_WAIT and keep their ports for a minute, or a second if the kernel reuses them: its
 * search takes longer and longer, and then fails. A socket that was bound to a port by number may take over
 * such a connection's port, even with net.ipv4.tcp_tw_reuse off (the kernel requires timestamps for it, RFC
 * 6191). So from then on this acceptor cycles through its own share of the range.
 */
export class SourcePorts {
  /** Whether ports are chosen here. */
  chosen = false;
  /** Ports of the range that are not reserved, of all acceptors together. */
  readonly size: number;
  #first: number;
  #count: number;
  #next = 0;
  #scarce: number;
  #keptMs: number;
  #kept = new Uint32Array(SLOTS.endpoints);
  #since: number;
  #wasScarce = false;
  #reserved: readonly number[];
  #avoided: ReadonlySet<number>;

  /** `index` of `acceptors`: each uses ports of its own. */
  constructor(
    { low, high, reused, reserved = [] }: PortRange,
    index: number,
    acceptors: number,
    nowMs: number,
  ) {
    const size = Math.max(1, high - low + 1);
    this.size = Math.max(1, size - reserved.length);
    const kept = Math.floor(size / LEFT_TO_KERNEL);
    const share = Math.max(1, Math.floor((size - kept) / acceptors));
    this.#first = Math.min(high, low + kept + index * share);
    this.#count = share;
    this.#scarce = Math.max(1, Math.floor(size / 4 / acceptors));
    this.#keptMs = reused ? KEPT_REUSED_MS : KEPT_MS;
    this.#since = nowMs;
    this.#reserved = reserved;
    this.#avoided = new Set(reserved);
  }

  /** Records that a closed connection to an endpoint keeps its port. */
  keeps(endpointSlot: number, nowMs: number): void {
    if (nowMs - this.#since > this.#keptMs) this.#beginAnew(nowMs);
    const count = (this.#kept[endpointSlot] as number) + 1;
    this.#kept[endpointSlot] = count;
    if (count >= this.#scarce) this.scarce();
  }

  /** The kernel has no port left for an endpoint, or soon will not. */
  scarce(): void {
    this.#wasScarce = true;
    this.chosen = true;
  }

  /**
   * Ports that are never chosen here: those of listeners and endpoints, on which servers could not listen
   * meanwhile.
   */
  avoid(ports: ReadonlySet<number>): void {
    this.#avoided = new Set([...ports, ...this.#reserved]);
  }

  /** The next port of this acceptor's share. */
  next(): number {
    for (let i = 0; i < this.#count; i++) {
      this.#next = (this.#next + 1) % this.#count;
      if (!this.#avoided.has(this.#first + this.#next)) break;
    }
    return this.#first + this.#next;
  }

  #beginAnew(nowMs: number): void {
    this.chosen = this.#wasScarce;
    this.#wasScarce = false;
    this.#since = nowMs;
    this.#kept.fill(0);
  }
}
