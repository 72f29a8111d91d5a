import dgram, { type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { after } from 'node:test';
import type { CheckKind } from '../../../../proxy/configuration/health-policy.ts';

const sockets = new Set<Socket>();
after(() => {
  for (const socket of sockets) socket.close();
});

/** A UDP socket at a free port, until the tests of this file have ended; `behave` handles each datagram. */
export const datagramServer = async (
  behave: (socket: Socket, datagram: Buffer, from: RemoteInfo) => void,
  host = '127.0.0.1',
): Promise<number> => {
  const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (datagram, from) => behave(socket, datagram, from));
  socket.bind(0, host);
  await once(socket, 'listening');
  sockets.add(socket);
  return socket.address().port;
};

/** Answers every datagram with `answer`. */
export const answering = (answer: string | Buffer, host?: string): Promise<number> =>
  datagramServer((socket, _, { port, address }) => socket.send(answer, port, address), host);

/** A UDP port that no process has. */
export const closedDatagramPort = async (host = '127.0.0.1'): Promise<number> => {
  const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.bind(0, host);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
};

/** A UDP check; without `expect` an answer is not needed. */
export const udp = (send: string, expect?: string): CheckKind => ({ type: 'UDP', send, expect });
