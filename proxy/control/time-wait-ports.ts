import type { EngineStats } from '../engine/stats.ts';
import { endpointKey } from '../table/table.ts';

type Endpoint = EngineStats['endpoints'][number];

/** How long the kernel keeps a closed connection's port (TCP_TIMEWAIT_LEN). */
const KEPT_MS = 60_000;
const SAMPLE_MS = 5_000;

const keyOf = (endpoint: Endpoint): string => `${endpoint.backend} ${endpointKey(endpoint)}`;

/**
 * Estimates how many source ports to each endpoint are in TIME_WAIT: those that were left there within the last minute. The kernel is not
 * asked, since listing its sockets would take longer the more there are.
 */
export class PortsKept {
  /** Totals by endpoint, those above zero only; the oldest first, and at most one of them older than a minute. */
  #samples: { readonly at: number; readonly totals: ReadonlyMap<string, number> }[] = [];

  /** Called again and again with the counters; `now` in milliseconds of a clock that never goes back. */
  note(endpoints: readonly Endpoint[], now: number): void {
    const newest = this.#samples.at(-1);
    if (newest !== undefined && now - newest.at < SAMPLE_MS) return;
    const totals = new Map<string, number>();
    for (const endpoint of endpoints)
      if (endpoint.portsKeptTotal > 0) totals.set(keyOf(endpoint), endpoint.portsKeptTotal);
    this.#samples.push({ at: now, totals });
    while ((this.#samples[1]?.at ?? now) <= now - KEPT_MS) this.#samples.shift();
  }

  of(endpoint: Endpoint): number {
    if (endpoint.portsKeptTotal === 0) return 0;
    const before = this.#samples[0]?.totals.get(keyOf(endpoint)) ?? 0;
    // An endpoint that came back counts from zero again.
    return before > endpoint.portsKeptTotal ? endpoint.portsKeptTotal : endpoint.portsKeptTotal - before;
  }

  /** Source ports that are free for connections to the endpoint. */
  left({ sourcePorts }: Pick<EngineStats, 'sourcePorts'>, endpoint: Endpoint): number {
    const kept = sourcePorts.reused ? 0 : this.of(endpoint);
    return Math.max(0, sourcePorts.count - endpoint.openConnections - kept);
  }
}
