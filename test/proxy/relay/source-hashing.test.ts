import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { readAll } from './client.ts';
import { type EndpointServer, startEndpoint } from './endpoint-server.ts';
import { type BackendInput, type Manifest, manifestText, ProxyProcess } from './proxy-process.ts';

/** The source addresses of the clients. */
const CLIENTS = Array.from({ length: 40 }, (_, index) => `127.0.0.${index + 10}`);
const ALGORITHMS = ['SourceHash', 'Maglev'] as const;
const NAMES = ['a', 'b', 'c', 'd'];

let endpoints: readonly EndpointServer[];
let ports: readonly number[];
/** Two replicas; the second one lists the endpoints in another order. */
let replicas: readonly ProxyProcess[];
/** The manifest that each replica has. */
let written: string[];

/** A listener and a backend for each algorithm, on consecutive ports from `first`. */
const manifest = (replica: number, names: readonly string[], more: Partial<BackendInput> = {}): Manifest => ({
  listeners: ALGORITHMS.map((name, index) => ({
    name: name.toLowerCase(),
    port: ports[replica * ALGORITHMS.length + index] as number,
    backend: name.toLowerCase(),
  })),
  backends: ALGORITHMS.map((algorithm) => ({
    name: algorithm.toLowerCase(),
    algorithm,
    endpoints: (replica === 0 ? names : names.toReversed()).map((name) => ({
      address: '127.0.0.1',
      port: (endpoints[NAMES.indexOf(name)] as EndpointServer).port,
    })),
    ...more,
  })),
});

const dialFrom = async (replica: number, algorithm: number, address: string): Promise<Socket> => {
  const port = ports[replica * ALGORITHMS.length + algorithm] as number;
  const socket = connect({ port, host: '127.0.0.1', localAddress: address, allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
};

/** The endpoint that each client reaches. */
const answers = (replica: number, algorithm: number): Promise<readonly string[]> =>
  Promise.all(
    CLIENTS.map(async (address) => {
      const socket = await dialFrom(replica, algorithm, address);
      socket.end();
      try {
        return (await readAll(socket)).toString();
      } finally {
        socket.destroy();
      }
    }),
  );

const write = async (names: readonly string[], more: Partial<BackendInput> = {}): Promise<void> => {
  for (const [replica, proxy] of replicas.entries()) {
    const text = manifestText(manifest(replica, names, more));
    if (written[replica] === text) continue;
    written[replica] = text;
    await proxy.serve(() => proxy.write(text));
  }
};

before(async () => {
  // Each sends its name and ends when the client has.
  endpoints = await Promise.all(
    NAMES.map((name) =>
      startEndpoint((socket) => {
        socket.write(name);
        socket.on('end', () => socket.end()).resume();
      }),
    ),
  );
  ports = await freePorts(4);
  written = [0, 1].map((replica) => manifestText(manifest(replica, NAMES)));
  replicas = await Promise.all(
    [0, 1].map((replica) => ProxyProcess.start(manifest(replica, NAMES), { env: { NUM_ACCEPTORS: '3' } })),
  );
});

after(async () => {
  await Promise.all(replicas.map((proxy) => proxy.stop()));
  await Promise.all(endpoints.map((endpoint) => endpoint.close()));
});

for (const [index, algorithm] of ALGORITHMS.entries())
  test(`${algorithm} sends a client to the same endpoint on all acceptors and replicas, and removing one moves hardly any other clients`, async () => {
    await write(NAMES);
    const first = await answers(0, index);
    assert.ok(new Set(first).size > 1);
    assert.deepEqual(await answers(0, index), first);
    assert.deepEqual(await answers(1, index), first);
    await write(NAMES.toSpliced(1, 1));
    const then = await answers(0, index);
    assert.deepEqual(await answers(1, index), then);
    assert.ok(!then.includes('b'));
    const moved = first.filter((name, client) => name !== 'b' && then[client] !== name).length;
    assert.ok(moved <= (algorithm === 'Maglev' ? 2 : 0), `${moved}`);
    await write(NAMES);
    assert.deepEqual(await answers(1, index), first);
  });

for (const [index, algorithm] of ALGORITHMS.entries())
  test(`${algorithm} sends a client to its next endpoint when its own is full`, async () => {
    await write(NAMES, { maxConnectionsPerEndpoint: 1 });
    const held: Socket[] = [];
    try {
      const names: string[] = [];
      for (let i = 0; i < NAMES.length; i++) {
        const socket = await dialFrom(0, index, '127.0.0.10');
        held.push(socket);
        names.push(((await once(socket, 'data')) as [Buffer])[0].toString());
      }
      assert.deepEqual(names.toSorted(), NAMES);
    } finally {
      for (const socket of held) socket.destroy();
    }
  });
