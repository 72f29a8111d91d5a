import { randomBytes } from 'node:crypto';
import type { LimitsPolicy, Rate } from '../configuration/limits-policy.ts';
import type { ShareAmounts } from '../configuration/listener-share.ts';
import type { ShareStats } from '../engine/stats.ts';
import type { TableListener } from '../table/table.ts';
import { hashKeyOf } from './acceptor/keyed-hash/half-sip-hash.ts';
import { clearLimits } from './acceptor/limits/clear-limits.ts';
import {
  allocateLimits,
  LISTENER,
  type LimitsBuffers,
  type LimitsMemory,
  listenerAt,
  sourcesFor,
  viewLimits,
} from './acceptor/limits/limits-memory.ts';
import { changeShare } from './acceptor/limits/shared-bucket.ts';
import { microseconds } from './acceptor/limits/token-bucket.ts';
import { machineMs, sharedClock } from './acceptor/shared-clock.ts';
import { SLOTS } from './acceptor/shared-memory.ts';

/** Microseconds in which the bucket of a rate fills up: the same for every share of it. */
const fillUs = ({ perSecond, burst }: Rate): number => (1e6 / perSecond) * burst;

/** A listener as far as its shares are concerned. */
type SharedListener = Pick<TableListener, 'name' | 'policy'> & { readonly slot: number };

/** The memory in which all acceptors count limits: allocated for the first table that has any, then kept. */
export class SharedLimits {
  readonly #acceptors: number;
  readonly #descriptors: number;
  /** When the clock began by which acceptors limit rates; see shared-clock.ts. */
  readonly clockOriginMs = machineMs();
  readonly #clock = sharedClock(this.clockOriginMs);
  #shares: ShareAmounts = new Map();
  /** Names of the listeners whose shares of a rate are in effect, by slot. */
  readonly #rated = new Map<number, string>();
  #buffers: LimitsBuffers | undefined;
  #memory: LimitsMemory | undefined;

  constructor(acceptors: number, descriptors: number) {
    this.#acceptors = acceptors;
    this.#descriptors = descriptors;
  }

  /** Undefined as long as no table had limits. */
  get memory(): LimitsMemory | undefined {
    return this.#memory;
  }

  get buffers(): LimitsBuffers | undefined {
    return this.#buffers;
  }

  /** Current time by the clock of the acceptors. */
  nowMs(): number {
    return this.#clock();
  }

  /** A table has limits. */
  require(): void {
    if (this.#buffers !== undefined) return;
    const entries = sourcesFor(this.#descriptors);
    const hashKeys = [hashKeyOf(randomBytes(8)), hashKeyOf(randomBytes(8))] as const;
    this.#buffers = allocateLimits(this.#acceptors, SLOTS.listeners, entries, hashKeys);
    this.#memory = viewLimits(this.#buffers);
    for (let slot = 0; slot < SLOTS.listeners; slot++)
      for (const bucket of [LISTENER.Rate, LISTENER.Bandwidth, LISTENER.Bandwidth + 1])
        this.#memory.listeners[listenerAt(slot) + bucket] = microseconds(this.#clock());
  }

  /** A listener has got a slot that another one may have had. */
  clearListener(slot: number): void {
    if (this.#memory !== undefined) clearLimits(this.#memory, slot, microseconds(this.#clock()));
  }

  /** The shares of the listener in a slot, and its open connections that count. */
  sharesIn(slot: number, { connections, connectionRate }: LimitsPolicy): readonly ShareStats[] {
    const { listeners } = this.#memory ?? {};
    const load = (word: number): number =>
      listeners === undefined ? 0 : Atomics.load(listeners, listenerAt(slot) + word);
    return [
      ...(connections === 0
        ? []
        : [{ limit: 'connections' as const, amount: load(LISTENER.Share), held: load(LISTENER.Open) }]),
      ...(connectionRate === undefined
        ? []
        : [{ limit: 'connectionRate' as const, amount: load(LISTENER.RateShare), held: 0 }]),
    ];
  }

  /** What listeners may use of limits that are shared out, by name; without a share, nothing. */
  setShares(shares: ShareAmounts, listeners: readonly SharedListener[]): void {
    this.#shares = shares;
    this.applyShares(listeners);
  }

  /** Puts the shares into effect for listeners with these slots, at once for all acceptors. */
  applyShares(listeners: readonly SharedListener[]): void {
    if (this.#memory === undefined) return;
    const words = this.#memory.listeners;
    for (const { name, slot, policy } of listeners) {
      const at = listenerAt(slot);
      const { limits } = policy;
      const shares = this.#shares.get(name);
      if (limits?.shared) Atomics.store(words, at + LISTENER.Share, shares?.connections ?? 0);
      const isRated = limits?.shared === true && limits.connectionRate !== undefined;
      const now = microseconds(this.#clock());
      // What an earlier listener in the slot had left, or this one when its rate was not shared out, is void.
      if (this.#rated.get(slot) !== (isRated ? name : undefined)) changeShare(words, at, now, 0, 0);
      this.#rated.delete(slot);
      if (!isRated) continue;
      this.#rated.set(slot, name);
      changeShare(words, at, now, shares?.connectionRate ?? 0, fillUs(limits.connectionRate));
    }
  }
}
