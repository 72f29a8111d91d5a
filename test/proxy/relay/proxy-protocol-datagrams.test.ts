import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c } from '../../../proxy/proxy-protocol/crc32c.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { accessLines } from './access-lines.ts';
import { DatagramClient, startDatagramEndpoint } from './datagram-sockets.ts';
import { ProxyProcess } from './proxy-process.ts';

const SIGNATURE = '0d0a0d0a000d0a515549540a';
const TLVS_BYTES = 26;

/** What a datagram of version 2 says, and its payload; the addresses in hexadecimal. */
const parse = (data: Buffer) => {
  assert.equal(data.subarray(0, 12).toString('hex'), SIGNATURE);
  const end = 16 + data.readUInt16BE(14);
  const tlvs = end - TLVS_BYTES;
  const addressBytes = (tlvs - 20) / 2;
  const crcAt = end - 4;
  const zeroed = Buffer.from(data.subarray(0, end));
  zeroed.fill(0, crcAt);
  assert.equal(data.readUInt32BE(crcAt), crc32c(zeroed, end), 'the checksum');
  return {
    kind: data.subarray(12, 14).toString('hex'),
    source: data.subarray(16, 16 + addressBytes).toString('hex'),
    destination: data.subarray(16 + addressBytes, 16 + 2 * addressBytes).toString('hex'),
    sourcePort: data.readUInt16BE(16 + 2 * addressBytes),
    destinationPort: data.readUInt16BE(18 + 2 * addressBytes),
    uniqueId: data.subarray(tlvs + 3, tlvs + 19).toString('hex'),
    payload: data.subarray(end).toString('latin1'),
  };
};

for (const [host, kind, hex] of [
  ['127.0.0.1', '2112', '7f000001'],
  ['::1', '2122', `${'0'.repeat(31)}1`],
] as const)
  test(`every datagram of a session over ${host} has a header, and answers have none`, async () => {
    const [port] = (await freePorts(1)) as [number];
    const heard: Buffer[] = [];
    const server = await startDatagramEndpoint((data, from, socket) => {
      heard.push(data);
      socket.send(`answer ${heard.length}`, from.port, from.address);
    });
    const proxy = await ProxyProcess.start({
      listeners: [{ name: 'dns', port, protocol: 'UDP', backend: 'b', idle: '1s' }],
      backends: [
        {
          name: 'b',
          endpoints: [{ address: '127.0.0.1', port: server.port }],
          proxyProtocol: { version: 'V2', tlvs: ['CRC32C', 'UniqueId'] },
        },
      ],
      accessLog: { mode: 'All' },
    });
    const client = await DatagramClient.open(host);
    try {
      const payloads = ['one', '', 'x'.repeat(1400), 'four'];
      for (const [i, payload] of payloads.entries()) {
        client.send(payload, port, host);
        assert.equal((await client.next()).toString(), `answer ${i + 1}`);
      }
      // Many at once may be received as one message.
      for (let i = 0; i < 50; i++) client.send(`${100 + i}`, port, host);
      for (let i = 0; i < 50; i++) await client.next();
      const said = heard.map(parse);
      const { uniqueId } = said[0] as { readonly uniqueId: string };
      const own = client.socket.address().port;
      const same = { kind, source: hex, destination: hex, sourcePort: own, destinationPort: port, uniqueId };
      const all = [...payloads, ...Array.from({ length: 50 }, (_, i) => `${100 + i}`)];
      assert.deepEqual(
        said,
        all.map((payload) => ({ ...same, payload })),
      );
      await proxy.until('logging its end', async () => accessLines(proxy).length > 0);
      const [line] = accessLines(proxy);
      assert.equal(line?.uniqueId, uniqueId);
      assert.equal(line?.receivedBytes, all.join('').length, 'headers do not count');
    } finally {
      client.close();
      await proxy.stop();
      await server.close();
    }
  });

test('a UDP check of a backend with headers begins with one for a datagram of its own', async () => {
  const [port] = (await freePorts(1)) as [number];
  const heard: string[] = [];
  const server = await startDatagramEndpoint((data, from, socket) => {
    heard.push(data.toString('hex'));
    socket.send('pong', from.port, from.address);
  });
  const proxy = await ProxyProcess.start({
    listeners: [{ name: 'dns', port, protocol: 'UDP', backend: 'b' }],
    backends: [
      {
        name: 'b',
        endpoints: [{ address: '127.0.0.1', port: server.port }],
        proxyProtocol: { version: 'V2' },
        healthCheck: {
          type: 'UDP',
          interval: '100ms',
          timeout: '100ms',
          udp: { send: 'ping', expect: 'pong' },
        },
      },
    ],
  });
  try {
    await proxy.until('checking', async () => heard.length > 0);
    assert.equal(heard[0], `${SIGNATURE}20000000${Buffer.from('ping').toString('hex')}`);
  } finally {
    await proxy.stop();
    await server.close();
  }
});
