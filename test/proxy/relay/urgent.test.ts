import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { after, before, test } from 'node:test';
import koffi from 'koffi';
import { pinnedMemory } from '../../../proxy/sys/memory.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { dialClient } from './client.ts';
import { type EndpointServer, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

const MSG_OOB = 1;
const sendCall = koffi.load(null).func('send', 'long', ['int', 'uintptr_t', 'ulong', 'int']);
const memory = pinnedMemory(256);
/** One byte more than an urgent one: the next urgent byte replaces one that was not read in time. */
const ROUNDS = 3;

let endpoint: EndpointServer;
let proxy: ProxyProcess;
let port: number;
let arrived: (socket: Socket) => void = () => undefined;

before(async () => {
  endpoint = await startEndpoint((socket) => arrived(socket));
  [port] = (await freePorts(1)) as [number];
  proxy = await ProxyProcess.start({
    listeners: [{ name: 'l', port, backend: 'b' }],
    backends: [{ name: 'b', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
  });
});

after(async () => {
  await proxy?.stop();
  await endpoint?.close();
});

/** Sends a text at once; the kernel marks the last byte of an urgent one as urgent. */
const send = (socket: Socket, text: string, isUrgent: boolean): void => {
  const { fd } = (socket as unknown as { readonly _handle: { readonly fd: number } })._handle;
  memory.bytes.set(Buffer.from(text));
  assert.equal(sendCall(fd, memory.address, text.length, isUrgent ? MSG_OOB : 0), text.length);
};

/** Receives up to `text.length` bytes; fails after 20 s with what was received. */
const receives = async (socket: Socket, text: string): Promise<void> => {
  const signal = AbortSignal.timeout(20_000);
  let got = '';
  while (got.length < text.length && !signal.aborted) {
    const [chunk] = await once(socket, 'data', { signal }).catch(() => ['']);
    got += String(chunk);
  }
  assert.equal(got, text);
};

for (const sender of ['client', 'endpoint'] as const)
  test(`an urgent byte of the ${sender} arrives in order among the other bytes`, async () => {
    const accepted = new Promise<Socket>((resolve) => {
      arrived = resolve;
    });
    const client = await dialClient(port);
    const ends = { client, endpoint: await accepted };
    const [from, to] = sender === 'client' ? [ends.client, ends.endpoint] : [ends.endpoint, ends.client];
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const received = receives(to, 'before!after');
        send(from, 'before', false);
        send(from, '!', true);
        send(from, 'after', false);
        await received;
      }
    } finally {
      client.destroy();
    }
  });
