import type { EngineStats } from '../engine/stats.ts';
import { endpointKey } from '../table/table.ts';

type Endpoint = EngineStats['endpoints'][number];

/** How long the kernel keeps the port of a closed connection (TCP_TIMEWAIT_LEN). */
const TIME_WAIT_MS = 60_000;
const SAMPLE_MS = 5_000;

const keyOf = (endpoint: Endpoint): string => `${endpoint.backend} ${endpointKey(endpoint)}`;

/**
 * Estimates how many source ports to each endpoint are in TIME_WAIT: those whose connections ended within the
 * last minute. The kernel is not queried, because listing its sockets takes longer the more there are.
 */
export class TimeWaitPorts {
  /** Totals above zero by endpoint; the oldest sample first, and at most one older than a minute. */
  #samples: { readonly at: number; readonly totals: ReadonlyMap<string, number> }[] = [];

  /** Must be called regularly with the counters; `now` is in milliseconds of a monotonic clock. */
  sample(endpoints: readonly Endpoint[], now: number): void {
    const newest = this.#samples.at(-1);
    if (newest !== undefined && now - newest.at < SAMPLE_MS) return;
    const totals = new Map<string, number>();
    for (const endpoint of endpoints)
      if (endpoint.portsKeptTotal > 0) totals.set(keyOf(endpoint), endpoint.portsKeptTotal);
    this.#samples.push({ at: now, totals });
    while ((this.#samples[1]?.at ?? now) <= now - TIME_WAIT_MS) this.#samples.shift();
  }

  of(endpoint: Endpoint): number {
    if (endpoint.portsKeptTotal === 0) return 0;
    const before = this.#samples[0]?.totals.get(keyOf(endpoint)) ?? 0;
    // The counter of an endpoint that was removed and added again restarts at zero.
    return before > endpoint.portsKeptTotal ? endpoint.portsKeptTotal : endpoint.portsKeptTotal - before;
  }

  /** Source ports that are free for connections to the endpoint. */
  left({ sourcePorts }: Pick<EngineStats, 'sourcePorts'>, endpoint: Endpoint): number {
    const inTimeWait = sourcePorts.reused ? 0 : this.of(endpoint);
    return Math.max(0, sourcePorts.count - endpoint.openConnections - inTimeWait);
  }
}
