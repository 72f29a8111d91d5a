import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { askOnce, dialClient } from './client.ts';
import { type EndpointServer, echo, greet, startEndpoint } from './endpoint-server.ts';
import { type Manifest, manifestText, ProxyProcess } from './proxy-process.ts';

const CHANGES = 12;
const EVERY_MS = 100;
const CLIENTS = 8;

let greeting: readonly EndpointServer[];
let echoing: EndpointServer;
let ports: readonly number[];
let proxy: ProxyProcess;
/** A connection opened before the first change. */
let old: Socket;

type Backend = Manifest['backends'][number];
const endpointsOf = (...indexes: readonly number[]) =>
  indexes.map((index) => ({ address: '127.0.0.1', port: greeting[index]?.port as number }));
const greetBackend = (change: Partial<Backend> = {}): Backend => ({
  name: 'greet',
  endpoints: endpointsOf(0, 1),
  ...change,
});
const manifest = (change: Partial<Manifest> = {}, backend = greetBackend()): Manifest => ({
  listeners: [
    { name: 'greet', port: ports[0] as number, backend: 'greet' },
    { name: 'echo', port: ports[1] as number, backend: 'echo' },
  ],
  backends: [backend, { name: 'echo', endpoints: [{ address: '127.0.0.1', port: echoing.port }] }],
  ...change,
});
const withListener = (name: string, port: number, backend: string): Manifest => ({
  ...manifest(),
  listeners: [...manifest().listeners, { name, port, backend }],
});
const other: () => Backend = () => ({ name: 'other', endpoints: endpointsOf(1, 2) });
const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/** By kind of change: what the nth change serves. The listener "greet" is always served. */
const KINDS: readonly (readonly [kind: string, served: (n: number) => Manifest])[] = [
  [
    'a listener is added and removed',
    (n) => (n % 2 ? withListener('more', ports[2] as number, 'greet') : manifest()),
  ],
  ['a listener changes its port', (n) => withListener('more', ports[2 + (n % 2)] as number, 'greet')],
  [
    'a listener is renamed',
    (n) =>
      manifest({ listeners: manifest().listeners.map((one) => ({ ...one, name: `${one.name}-${n % 2}` })) }),
  ],
  [
    'a listener changes to another backend, which is added and removed with it',
    (n) =>
      n % 2
        ? {
            listeners: manifest().listeners.map((one) =>
              one.name === 'greet' ? { ...one, backend: 'other' } : one,
            ),
            backends: [...manifest().backends.slice(1), other()],
          }
        : manifest(),
  ],
  [
    'an unused backend is added and removed',
    (n) => manifest(n % 2 ? { backends: [...manifest().backends, other()] } : {}),
  ],
  [
    'endpoints come and go',
    (n) => manifest({}, greetBackend({ endpoints: endpointsOf(n % 3, (n + 1) % 3) })),
  ],
  ['all endpoints are others', (n) => manifest({}, greetBackend({ endpoints: endpointsOf(n % 3) }))],
  [
    'weights',
    (n) =>
      manifest(
        {},
        greetBackend({ endpoints: endpointsOf(0, 1).map((one, i) => ({ ...one, weight: (n + i) % 3 })) }),
      ),
  ],
  [
    'the algorithm',
    (n) => {
      const algorithm = at(['RoundRobin', 'LeastConnections', 'Random', 'SourceHash', 'Maglev'] as const, n);
      return manifest({}, greetBackend({ algorithm }));
    },
  ],
  ['limits', (n) => manifest({}, greetBackend({ maxConnectionsPerEndpoint: 1000 + n }))],
  [
    'how it connects',
    (n) => manifest({}, greetBackend({ connect: { timeout: `${2 + n}s`, retries: n % 4 } })),
  ],
  [
    'idle timeouts',
    (n) => manifest({ listeners: manifest().listeners.map((one) => ({ ...one, idle: `${60 + n}s` })) }),
  ],
  [
    'the access log',
    (n) =>
      manifest({
        accessLog: at(
          [{ mode: 'Off' }, { mode: 'Errors' }, { mode: 'All' }, { mode: 'Sampled' }] as const,
          n,
        ),
      }),
  ],
  ['how it drains', (n) => manifest({ drain: { delay: `${n * 100}ms`, spread: n % 2 === 0 } })],
];

before(async () => {
  greeting = await Promise.all(['a', 'b', 'c'].map((name) => startEndpoint(greet(name))));
  echoing = await startEndpoint(echo);
  ports = await freePorts(4);
  proxy = await ProxyProcess.start(manifest());
  old = await dialClient(ports[1] as number);
});

after(async () => {
  old?.destroy();
  await proxy?.stop();
  await Promise.all([...greeting, echoing].map((endpoint) => endpoint.close()));
});

for (const [kind, served] of KINDS)
  test(`a change ten times a second under load fails no connection, new or old: ${kind}`, async () => {
    let running = true;
    let answered = 0;
    const failures: string[] = [];
    const load = Array.from({ length: CLIENTS }, async () => {
      while (running) {
        const answer = await askOnce(ports[0] as number).catch(String);
        if (['a', 'b', 'c'].includes(answer)) answered++;
        else failures.push(answer);
      }
    });
    const { tableVersion } = await proxy.status();
    for (let change = 1; change <= CHANGES; change++) {
      await proxy.write(manifestText(served(change)));
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    running = false;
    await Promise.all(load);
    assert.deepEqual(failures, []);
    assert.ok(answered > 0);
    const status = await proxy.status();
    assert.deepEqual(status.findings, []);
    const changed = status.tableVersion - tableVersion;
    // The drain settings are not part of the table.
    if (kind !== 'how it drains') assert.ok(changed >= 2, `${changed} tables were served`);
    old.write(kind);
    const [reply] = (await once(old, 'data')) as [Buffer];
    assert.equal(reply.toString(), kind);
  });
