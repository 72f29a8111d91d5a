/**
 * Measures what it costs clients that somebody looks at a proxy with 4096 endpoints: latency at a fixed rate,
 * and the proxy's processor time, by who looks. Variants take turns.
 *
 *   node test/bench/observers.ts [rotations] [seconds] [requests per second]
 */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { freePorts } from '../../tooling/process/free-ports.ts';
import { Collector } from '../program/otlp/collector.ts';
import { type Manifest, manifestText, ProxyProcess } from '../proxy/relay/proxy-process.ts';
import { runLoad } from './measure/load.ts';

const [rotations = 5, seconds = 4, rate = 4_000] = process.argv.slice(2).map(Number);
const PAGES = 5;
/** For what was changed to be in effect. */
const SETTLE_MS = 1_500;

const endpoint = new Worker(
  `const { parentPort } = require('node:worker_threads');
const server = require('node:http').createServer((_, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
  { eval: true },
);
const [endpointPort] = (await once(endpoint, 'message')) as [number];
const [port] = (await freePorts(1)) as [number];
const collector = await Collector.start();
const manifest: Manifest = {
  listeners: [{ name: 'web', port, backend: 'web' }],
  backends: [
    { name: 'web', endpoints: [{ address: '127.0.0.1', port: endpointPort }] },
    ...Array.from({ length: 63 }, (_, backend) => ({
      name: `backend-${backend}`,
      endpoints: Array.from({ length: 65 }, (_each, i) => ({
        address: `192.0.2.${i + 1}`,
        port: 1000 + backend,
      })),
    })),
  ],
  accessLog: { mode: 'Off' },
};
const proxy = await ProxyProcess.start(manifest);
const serve = (changes: Partial<Manifest>) => proxy.write(manifestText({ ...manifest, ...changes }));

/** Reads a page to its end, or until the signal; what it holds does not matter here. */
const read = async (path: string, signal: AbortSignal): Promise<void> => {
  const response = await fetch(`http://${proxy.admin}/${path}`, { signal });
  await response.body?.pipeTo(new WritableStream());
};

/** Reads a page every so often, until the signal. */
const readOften = async (path: string, everyMs: number, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    await read(path, signal);
    await sleep(everyMs, undefined, { signal });
  }
};

interface Variant {
  readonly name: string;
  readonly kind: 'Requests' | 'Connections';
  readonly served?: Partial<Manifest>;
  readonly look?: (signal: AbortSignal) => readonly Promise<void>[];
}

const VARIANTS: readonly Variant[] = [
  { name: 'requests, nobody looks', kind: 'Requests' },
  {
    name: 'requests, a scrape per second',
    kind: 'Requests',
    look: (signal) => [readOften('metrics', 1_000, signal)],
  },
  {
    name: 'requests, five pages open',
    kind: 'Requests',
    look: (signal) =>
      Array.from({ length: PAGES }).flatMap(() => [
        read('events', signal),
        readOften('endpoints?backend=backend-1&limit=100', 2_000, signal),
      ]),
  },
  {
    name: 'requests, metrics to a collector per second',
    kind: 'Requests',
    served: { otlp: { endpoint: collector.endpoint, interval: '1s' } },
  },
  { name: 'connections, none logged', kind: 'Connections' },
  { name: 'connections, each logged and read', kind: 'Connections', served: { accessLog: { mode: 'All' } } },
  {
    name: 'connections, each logged, and to a collector',
    kind: 'Connections',
    served: { accessLog: { mode: 'All' }, otlp: { endpoint: collector.endpoint, interval: '1s' } },
  },
];

const measure = async ({ kind, served = {}, look }: Variant) => {
  const stopping = new AbortController();
  await serve(served);
  const looking = (look?.(stopping.signal) ?? []).map((each) => each.catch(() => undefined));
  await sleep(SETTLE_MS);
  const cpuMs = await proxy.cpuMs();
  const { p50, p99 } = await runLoad(
    {
      environment: { network: { inside: () => [] }, signal: stopping.signal },
      address: '127.0.0.1',
      ports: [port],
      remark: (text: string) => console.log(`  ${text}`),
    } as unknown as Parameters<typeof runLoad>[0],
    { kind, connections: 64, rate: kind === 'Requests' ? rate : rate / 4, seconds, warmUpSeconds: 1 },
  );
  const cpu = ((await proxy.cpuMs()) - cpuMs) / 1000 / (seconds + 1);
  stopping.abort();
  await Promise.all(looking);
  proxy.output = '';
  return { p50, p99, cpu };
};

const median = (values: readonly number[]): string => {
  const sorted = values.toSorted((a, b) => a - b);
  const text = (value = Number.NaN): string => value.toFixed(2);
  return `${text(sorted[sorted.length >> 1])} (${text(sorted[0])} to ${text(sorted.at(-1))})`;
};

const results = new Map(VARIANTS.map(({ name }) => [name, [] as Awaited<ReturnType<typeof measure>>[]]));
try {
  for (let rotation = 0; rotation < rotations; rotation++)
    for (const [i] of VARIANTS.entries()) {
      const variant = VARIANTS[(i + rotation) % VARIANTS.length] as Variant;
      results.get(variant.name)?.push(await measure(variant));
    }
  for (const [name, found] of results) {
    const of = (figure: 'p50' | 'p99' | 'cpu') => median(found.map((each) => each[figure] ?? Number.NaN));
    console.log(`${name.padEnd(46)} p50 ${of('p50')} ms   p99 ${of('p99')} ms   ${of('cpu')} cores`);
  }
} finally {
  await proxy.stop();
  await collector.stop();
  await endpoint.terminate();
}
