import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** What a WebSocket's key becomes in the answer (RFC 6455). */
const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const BINARY = 2;
const CLOSE = 8;

const frame = (opcode: number, payload: Uint8Array): Buffer => {
  const head =
    payload.length < 126
      ? Buffer.of(0x80 | opcode, payload.length)
      : payload.length < 65_536
        ? Buffer.of(0x80 | opcode, 126, payload.length >> 8, payload.length & 255)
        : Buffer.concat([Buffer.of(0x80 | opcode, 127), bigLength(payload.length)]);
  return Buffer.concat([head, payload]);
};

const bigLength = (length: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return bytes;
};

/** Takes whole frames of a client, which are masked, off the start of what has come. */
const takeFrames = (given: Buffer, onFrame: (opcode: number, payload: Buffer) => void): Buffer => {
  let rest = given;
  for (;;) {
    if (rest.length < 2) return rest;
    const [first = 0, second = 0] = rest;
    const short = second & 127;
    const wide = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (rest.length < 2 + wide + 4) return rest;
    const length = wide === 0 ? short : wide === 2 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2));
    const mask = rest.subarray(2 + wide, 6 + wide);
    const end = 6 + wide + length;
    if (rest.length < end) return rest;
    const payload = Buffer.from(rest.subarray(6 + wide, end));
    for (let at = 0; at < payload.length; at += 1) payload[at] = (payload[at] ?? 0) ^ (mask[at % 4] ?? 0);
    onFrame(first & 15, payload);
    rest = rest.subarray(end);
  }
};

/** The port in the first message of a channel. */
const portBytes = (channel: number, port: number): Buffer => Buffer.of(channel, port & 255, port >> 8);

const carry = (socket: Duplex, port: number): void => {
  const send = (channel: number, data: Uint8Array): void =>
    void socket.write(frame(BINARY, Buffer.concat([Buffer.of(channel), data])));
  for (const channel of [0, 1]) socket.write(frame(BINARY, portBytes(channel, port)));
  const pod: Socket = connect(port, '127.0.0.1');
  pod.on('data', (data: Buffer) => send(0, data));
  pod.on('error', (error) => send(1, Buffer.from(`error forwarding port ${port} to pod: ${error.message}`)));
  pod.on('close', () => socket.end(frame(CLOSE, Buffer.alloc(0))));
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (data: Buffer) => {
    rest = takeFrames(Buffer.concat([rest, data]), (opcode, payload) => {
      if (opcode === BINARY) pod.write(payload.subarray(1));
      if (opcode === CLOSE) socket.end(frame(CLOSE, Buffer.alloc(0)));
    });
  });
  socket.on('error', () => pod.destroy());
  socket.on('close', () => pod.destroy());
};

/** Forwards ports as a kubelet does, to this machine: the programs of these tests run without containers. */
export interface PortForwardingKubelet {
  readonly port: number;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  close(): void;
}

export const startKubelet = async (
  address: string,
  identity: { readonly certificate: string; readonly key: string },
): Promise<PortForwardingKubelet> => {
  const asked: string[] = [];
  const sockets = new Set<Duplex>();
  const server: Server = createServer({ cert: identity.certificate, key: identity.key }, (_, response) =>
    response.writeHead(400).end('Upgrade request required'),
  );
  server.on('upgrade', (request, socket) => {
    sockets.add(socket);
    asked.push(request.url ?? '');
    const port = Number(new URL(request.url ?? '', 'https://kubelet').searchParams.get('port'));
    const key = createHash('sha1').update(`${request.headers['sec-websocket-key']}${MAGIC}`).digest('base64');
    socket.write(
      [
        'HTTP/1.1 101 Switching Protocols',
        'upgrade: websocket',
        'connection: upgrade',
        `sec-websocket-accept: ${key}`,
        `sec-websocket-protocol: ${request.headers['sec-websocket-protocol']}`,
        '\r\n',
      ].join('\r\n'),
    );
    carry(socket, port);
  });
  server.listen(0, address);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      server.closeAllConnections();
    },
  };
};
