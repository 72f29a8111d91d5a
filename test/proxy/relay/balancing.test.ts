import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { askOnce, dialClient } from './client.ts';
import { greet, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

test('round robin respects the weights across all acceptors', async () => {
  const endpoints = await Promise.all(['a', 'b', 'c'].map((name) => startEndpoint(greet(name))));
  const [port] = (await freePorts(1)) as [number];
  const proxy = await ProxyProcess.start(
    {
      listeners: [{ name: 'web', port, backend: 'web' }],
      backends: [
        {
          name: 'web',
          endpoints: endpoints.map((endpoint, index) => ({
            address: '127.0.0.1',
            port: endpoint.port,
            weight: [1, 2, 3][index] as number,
          })),
        },
      ],
    },
    { env: { NUM_ACCEPTORS: '4' } },
  );
  try {
    const answers: Record<string, number> = {};
    for (let i = 0; i < 120; i++) {
      const answer = await askOnce(port);
      answers[answer] = (answers[answer] ?? 0) + 1;
    }
    assert.deepEqual(answers, { a: 20, b: 40, c: 60 });
  } finally {
    await proxy.stop();
    await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  }
});

test('least connections counts the open connections of all acceptors', async () => {
  const held: Socket[] = [];
  const endpoints = await Promise.all(
    [0, 1].map((index) =>
      startEndpoint((socket) => {
        held.push(socket);
        socket.write(`${index}`);
      }),
    ),
  );
  const [port] = (await freePorts(1)) as [number];
  const proxy = await ProxyProcess.start(
    {
      listeners: [{ name: 'db', port, backend: 'db' }],
      backends: [
        {
          name: 'db',
          algorithm: 'LeastConnections',
          endpoints: endpoints.map((endpoint) => ({ address: '127.0.0.1', port: endpoint.port })),
        },
      ],
    },
    { env: { NUM_ACCEPTORS: '4' } },
  );
  const clients: { readonly socket: Socket; readonly endpoint: string }[] = [];
  const connect = async (): Promise<string> => {
    const socket = await dialClient(port);
    const [data] = (await once(socket, 'data')) as [Buffer];
    clients.push({ socket, endpoint: data.toString() });
    return data.toString();
  };
  try {
    for (let i = 0; i < 20; i++) await connect();
    assert.equal(clients.filter(({ endpoint }) => endpoint === '0').length, 10);
    // All connections of one endpoint end, so the next ones all go there until both are level again.
    for (const { socket, endpoint } of clients) if (endpoint === '1') socket.end();
    await proxy.until('half empty', async () => {
      for (const socket of held) if (socket.readableEnded) socket.end();
      return (await proxy.open()) === 10;
    });
    for (let i = 0; i < 9; i++) assert.equal(await connect(), '1');
  } finally {
    for (const { socket } of clients) socket.destroy();
    await proxy.stop();
    await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  }
});

test('least connections respects the weights across all acceptors when clients come one after the other', async () => {
  const endpoints = await Promise.all(['heavy', 'light'].map((name) => startEndpoint(greet(name))));
  const [port] = (await freePorts(1)) as [number];
  const proxy = await ProxyProcess.start(
    {
      listeners: [{ name: 'web', port, backend: 'web' }],
      backends: [
        {
          name: 'web',
          algorithm: 'LeastConnections',
          endpoints: endpoints.map((endpoint, index) => ({
            address: '127.0.0.1',
            port: endpoint.port,
            weight: [9, 1][index] as number,
          })),
        },
      ],
    },
    { env: { NUM_ACCEPTORS: '4' } },
  );
  try {
    const answers: Record<string, number> = { heavy: 0, light: 0 };
    for (let i = 0; i < 100; i++) {
      const answer = await askOnce(port);
      answers[answer] = (answers[answer] ?? 0) + 1;
    }
    // A connection that has not quite ended when the next one arrives shifts one turn.
    const { light = 0 } = answers;
    assert.ok(light >= 8 && light <= 12, JSON.stringify(answers));
  } finally {
    await proxy.stop();
    await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  }
});
