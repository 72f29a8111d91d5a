/**
 * Measures a scrape of /metrics with 64 listeners and 64 backends of 64 endpoints each, the most that a proxy
 * serves.
 *
 *   node test/bench/scrape.ts [acceptors]
 */

import { createMetrics } from '../../proxy/metrics/metrics.ts';
import { allocateShared, viewShared } from '../../proxy/relay-engine/acceptor/shared-memory.ts';
import type { ListeningSockets } from '../../proxy/relay-engine/listening-sockets.ts';
import { readStats } from '../../proxy/relay-engine/read-stats.ts';
import { SlotRegistry } from '../../proxy/relay-engine/slot-registry.ts';
import { wire } from '../../proxy/relay-engine/wire.ts';
import { metricsFacts } from '../proxy/metrics/facts.ts';
import { tableBackend, tableListener, tableOf } from '../proxy/tables.ts';

const ROUNDS = 20;
const acceptors = Number(process.argv[2] ?? 8);
const shared = viewShared(allocateShared(acceptors, 64));
const registry = new SlotRegistry();
const endpointsOf = (backend: number) =>
  Array.from({ length: 64 }, (_, i) => ({ address: `10.1.${backend}.${i}`, port: 8080, weight: 1 }));
const backends = Array.from({ length: 64 }, (_, i) =>
  tableBackend({ name: `backend-${i}`, endpoints: endpointsOf(i) }),
);
const table = tableOf(
  backends.map(({ name }, i) => tableListener(1000 + i, { name: `listener-${i}`, backend: name })),
  backends,
);
const sockets = { open: () => [] } as unknown as ListeningSockets;
const ignore = (): void => undefined;
wire(table, { listeners: [], backends: [] }, tableOf([], []), 1, registry, sockets, {
  listener: ignore,
  backend: ignore,
  endpoint: ignore,
});
for (let i = 0; i < shared.totals.length; i++) shared.totals[i] = i * 997;

const metrics = createMetrics(
  '0',
  metricsFacts({
    stats: () =>
      readStats(shared, acceptors, registry, table, {
        queueDrops: () => 0,
        limits: undefined,
        sharesIn: () => [],
        version: 1,
        descriptorLimit: 1_000_000,
        sourcePorts: { count: 28_232, reused: false },
      }),
    health: () =>
      backends.flatMap(({ name, endpoints }) =>
        endpoints.map(({ address, port }) => ({
          backend: name,
          endpoint: `${address}:${port}`,
          healthy: true,
        })),
      ),
    sourcePortsLeft: () => 28_000,
  }),
);
const durations: number[] = [];
let bytes = 0;
const cpu = process.cpuUsage();
for (let i = 0; i < ROUNDS; i++) {
  const start = performance.now();
  bytes = Buffer.from(await metrics.text()).length;
  durations.push(performance.now() - start);
}
const { user, system } = process.cpuUsage(cpu);
const sorted = durations.toSorted((a, b) => a - b);
const ms = (value = 0): string => `${value.toFixed(1)} ms`;
console.log(
  `${acceptors} acceptors, ${bytes} bytes: first ${ms(durations[0])}, median ${ms(sorted[ROUNDS >> 1])}, slowest ${ms(sorted.at(-1))}; CPU ${ms((user + system) / ROUNDS / 1000)} each`,
);
