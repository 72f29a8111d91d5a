import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatagramClient } from '../../proxy/relay/datagram-sockets.ts';

const TCP_CLIENTS = 4;
const UDP_CLIENTS = 2;
const PAUSE_MS = 2;
/** An answer that takes longer is lost. */
const LOST_MS = 5_000;

export interface Experience {
  readonly requests: number;
  readonly lost: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

type Ask = () => Promise<unknown>;

const viaTcp = async (port: number): Promise<{ ask: Ask; end: () => void }> => {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.setNoDelay();
  await once(socket, 'connect');
  const ask = (): Promise<unknown> => {
    socket.write('ping');
    return once(socket, 'data', { signal: AbortSignal.timeout(LOST_MS) });
  };
  return { ask, end: () => socket.destroy() };
};

const viaNewTcp = (port: number) => async (): Promise<void> => {
  const { ask, end } = await viaTcp(port);
  await ask().finally(end);
};

const viaUdp = async (port: number): Promise<{ ask: Ask; end: () => void }> => {
  const client = await DatagramClient.open('127.0.0.1');
  const ask = async (): Promise<void> => {
    client.answers.length = 0;
    client.send('ping', port, '127.0.0.1');
    const end = performance.now() + LOST_MS;
    while (client.answers.length === 0) {
      if (performance.now() > end) throw new Error('lost');
      await once(client.socket, 'message', { signal: AbortSignal.timeout(LOST_MS) });
    }
  };
  return { ask, end: () => client.close() };
};

/**
 * Well-behaved clients of other listeners: by connections that stay, by new ones and by UDP. Measures what
 * they experience until `during` is settled.
 */
export const experience = async (
  tcpPort: number,
  udpPort: number,
  during: Promise<unknown>,
): Promise<Experience> => {
  let isOver = false;
  const over = during.finally(() => {
    isOver = true;
  });
  const times: number[] = [];
  let lost = 0;
  const repeat = async (ask: Ask): Promise<void> => {
    while (!isOver) {
      const started = performance.now();
      try {
        await ask();
        times.push(performance.now() - started);
      } catch {
        lost++; // whatever the reason, the client got no answer
      }
      await sleep(PAUSE_MS);
    }
  };
  const staying = await Promise.all(Array.from({ length: TCP_CLIENTS }, () => viaTcp(tcpPort)));
  const datagrams = await Promise.all(Array.from({ length: UDP_CLIENTS }, () => viaUdp(udpPort)));
  const asking = [...staying, ...datagrams].map(({ ask }) => repeat(ask));
  await Promise.all([...asking, repeat(viaNewTcp(tcpPort))]);
  for (const { end } of [...staying, ...datagrams]) end();
  await over;
  times.sort((a, b) => a - b);
  const quantile = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { requests: times.length, lost, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
};
