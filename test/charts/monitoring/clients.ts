import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { startRounds } from '../../beside.ts';
import { DatagramClient } from '../../proxy/relay/datagram-sockets.ts';

/** What clients may do besides what always goes well. */
export type Mischief = 'dead' | 'tight' | 'odd';

export interface Ports {
  readonly web: number;
  readonly secure: number;
  readonly dns: number;
  readonly tight: number;
  readonly dead: number;
}

/** A client that gets no answer gives up. */
const PATIENCE_MS = 1_000;
const PAUSE_MS = 100;

/** Resolves when the connection is over, however it ended: what it shows is in the metrics. */
const over = async (socket: Socket): Promise<void> => {
  socket.on('error', () => undefined);
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.resume();
  socket.end();
  await closed;
};

const visit = (port: number): Promise<void> => over(connect({ port, host: '127.0.0.1' }));

const visitTls = (port: number, options: object = {}): Promise<void> =>
  over(
    connectTls({
      ...{ port, host: '127.0.0.1', servername: 'web.test', rejectUnauthorized: false },
      ...options,
    }),
  );

/** Means RSA, which the key of the listener is not for. */
const NOT_SHARED = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' };

/** From a port of its own, so that it is a new session. */
const ask = async (port: number): Promise<void> => {
  const client = await DatagramClient.open();
  client.send('who', port);
  await sleep(PAUSE_MS);
  client.close();
};

/** Three clients at once, of which a listener that admits two refuses one. */
const crowd = async (port: number): Promise<void> => {
  const sockets = [1, 2, 3].map(() => connect({ port, host: '127.0.0.1' }));
  for (const socket of sockets) socket.on('error', () => undefined).resume();
  const [first] = sockets;
  if (first !== undefined)
    await Promise.race([once(first, 'connect').catch(() => undefined), sleep(PATIENCE_MS)]);
  await sleep(PAUSE_MS);
  for (const socket of sockets) socket.destroy();
};

/** Clients of all listeners, round after round, until the returned function is called. */
export const startClients = (ports: Ports, mischief: ReadonlySet<Mischief>): (() => Promise<void>) => {
  return startRounds(async () => {
    await Promise.all([
      ask(ports.dns),
      visit(ports.web),
      visitTls(ports.secure),
      ...(mischief.has('odd') ? [visitTls(ports.secure, NOT_SHARED)] : []),
      ...(mischief.has('dead') ? [visit(ports.dead)] : []),
      ...(mischief.has('tight') ? [crowd(ports.tight)] : []),
    ]);
  });
};
