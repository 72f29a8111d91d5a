import assert from 'node:assert/strict';
import type { QuicStickiness } from '../../../../proxy/configuration/listener-policy.ts';
import {
  allocateIds,
  type IdsBuffers,
} from '../../../../proxy/relay-engine/acceptor/connection-ids/ids-memory.ts';
import { SendBatch } from '../../../../proxy/relay-engine/acceptor/datagrams/send-batch.ts';
import type { AcceptorTable } from '../../../../proxy/relay-engine/acceptor/messages.ts';
import { pinnedMemory } from '../../../../proxy/sys/memory.ts';
import { IPPROTO_UDP, UDP_GRO } from '../../../../proxy/sys/sys.ts';
import { long, payload } from '../../quic/examples.ts';
import { sessionBench } from './session-bench.ts';

export const HASH_KEY = { low: 1, high: 2 };
export const V1 = 1;
export const CLIENT_ID = Buffer.from('c11e47', 'hex');
export const FIRST_ID = Buffer.from('0102030405060708', 'hex');

export const allocate = (): IdsBuffers => allocateIds(8, 64, 64, HASH_KEY);

export const initial = (to: Buffer, from: Buffer = CLIENT_ID): Buffer =>
  long(0, V1, to, from, Buffer.concat([Buffer.of(0), payload(40)]));
export const handshake = (to: Buffer, from: Buffer): Buffer => long(2, V1, to, from, payload(40));
export const short = (to: Buffer, text = ''): Buffer =>
  Buffer.concat([Buffer.of(0x40), to, Buffer.from(text.padEnd(24, '.'))]);
export const id = (text: string): Buffer<ArrayBuffer> => Buffer.from(text.padEnd(8, '-'));

/** A bench with endpoints in turn, whose listener follows connection IDs, unless `stickiness` is null. */
export const quicBench = (
  stickiness: QuicStickiness | null = {},
  connectionIds = allocate(),
  change: Parameters<typeof sessionBench>[0] = {},
) => {
  const bench = sessionBench({ endpoints: 2, connectionIds, ...change });
  const [listener] = bench.table.listeners;
  assert.ok(listener);
  const table = (more: Partial<AcceptorTable> = {}): AcceptorTable => ({
    ...bench.table,
    listeners: [
      { ...listener, policy: { ...listener.policy, ...(stickiness === null ? {} : { stickiness }) } },
    ],
    ...more,
  });
  bench.adopt(table());
  /** The endpoint that gets what a client sends; it takes it. */
  const reached = (client: number, datagram: Buffer): number => {
    bench.send(client, datagram);
    const at = bench.endpoints.findIndex((_, i) => bench.hasDatagram(i));
    assert.notEqual(at, -1, 'it arrived nowhere');
    assert.equal(bench.receive(bench.endpoints[at] as number), datagram.toString('latin1'));
    return at;
  };
  /** Does what of a handshake matters here; the endpoint chooses an ID, and the client uses `used`. */
  const connect = (client: number, chosen: Buffer, used = chosen): number => {
    bench.send(client, initial(FIRST_ID));
    const at = bench.endpoints.findIndex((_, i) => bench.hasDatagram(i));
    bench.answer(at, initial(CLIENT_ID, chosen));
    assert.notEqual(bench.receive(client), undefined);
    bench.send(client, handshake(used, CLIENT_ID));
    bench.answer(at, short(CLIENT_ID, 'handshake done'));
    assert.notEqual(bench.receive(client), undefined);
    for (const endpoint of bench.endpoints) while (bench.receive(endpoint) !== undefined);
    return at;
  };
  /** Sends datagrams of one length from a client at once; the acceptor takes them as one message. */
  const sendMerged = (client: number, data: readonly Buffer[]): void => {
    bench.sys.setOption(bench.socket, IPPROTO_UDP, UDP_GRO, 1);
    const sent = Buffer.concat(data);
    const [sending, memory] = [new SendBatch(), pinnedMemory(sent.length)];
    memory.bytes.set(sent);
    sending.begin(1400);
    sending.add(memory.address, sent.length, (data[0] as Buffer).length);
    assert.equal(sending.flush(bench.sys, client), 0);
    bench.take();
  };
  /** What each endpoint has got. */
  const received = (): string[][] =>
    bench.endpoints.map((fd) => {
      const texts: string[] = [];
      for (let next = bench.receive(fd); next !== undefined; next = bench.receive(fd)) texts.push(next);
      return texts;
    });
  return Object.assign(bench, { reached, connect, sendMerged, received, tableWith: table });
};
