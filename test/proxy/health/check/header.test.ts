import assert from 'node:assert/strict';
import type net from 'node:net';
import { test } from 'node:test';
import type { CheckKind } from '../../../../proxy/configuration/health-policy.ts';
import { behaving, checkPort, GRPC, HTTP, TCP, TLS } from './servers.ts';

const HEADERS = {
  V1: Buffer.from('PROXY UNKNOWN\r\n'),
  V2: Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex'),
} as const;

/** What a check sends to a server that closes after its first bytes. */
const firstBytes = async (kind: CheckKind, proxyProtocol?: 'V1' | 'V2'): Promise<Buffer> => {
  let heard = Buffer.alloc(0);
  const port = await behaving((socket: net.Socket) => {
    socket.on('data', (data: Buffer) => {
      heard = Buffer.concat([heard, data]);
      if (heard.length > 16) socket.destroy();
    });
    socket.on('end', () => socket.end());
  });
  await checkPort(port, kind, proxyProtocol === undefined ? {} : { proxyProtocol });
  return heard;
};

const KINDS: readonly (readonly [name: string, kind: CheckKind, begins: string])[] = [
  ['TLS', TLS, '\x16\x03'],
  ['HTTP', HTTP, 'GET /health HTTP'],
  ['HTTP over TLS', { ...HTTP, tls: true }, '\x16\x03'],
  ['gRPC', GRPC, 'PRI * HTTP'],
];

for (const [name, kind, begins] of KINDS)
  for (const version of ['V1', 'V2'] as const)
    test(`the first bytes of a ${name} check are a header of ${version} for a connection of its own, if there is one`, async () => {
      const header = HEADERS[version];
      const heard = await firstBytes(kind, version);
      assert.deepEqual(heard.subarray(0, header.length), header);
      const rest = heard.subarray(header.length).toString('latin1');
      assert.equal(rest.slice(0, begins.length), begins);
      const without = (await firstBytes(kind)).toString('latin1');
      assert.equal(without.slice(0, begins.length), begins);
    });

for (const version of ['V1', 'V2'] as const)
  test(`a TCP check sends a header of ${version} and nothing else`, async () => {
    assert.deepEqual(await firstBytes(TCP, version), HEADERS[version]);
  });
