import { connect, isIPv6, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Random } from '../../crds/random.ts';
import { hello } from '../tls/hellos.ts';
import { DatagramClient } from './datagram-sockets.ts';
import { KINDS, type Kind, PROTOCOLS, SERVER_NAMES } from './random-manifest.ts';

/** The longest that a client waits for its endpoint. */
const ANSWER_MS = 60_000;

/** A client that is about to connect. */
export interface Flow {
  readonly kind: Kind;
  /** Where it connects from. */
  readonly peer: string;
  /** Whom its PROXY header names, if it sends one. */
  readonly named: string | undefined;
  readonly serverName: string | undefined;
  readonly protocols: readonly string[];
}

/** What became of it: the name that its endpoint sent, if any, and its socket. */
export interface Attempt {
  readonly answer: string | undefined;
  /** The port that it connected from. */
  readonly peerPort: number;
  readonly close: () => void;
}

const ports = { next: 33_000 };

/** A port that no other client of this process has had for long. */
const nextPort = (): number => {
  ports.next = ports.next >= 59_999 ? 33_000 : ports.next + 1;
  return ports.next;
};

export const randomFlow = (random: Random): Flow => {
  const kind = random.pick<Kind>(['plain', 'busy', 'named', 'passthrough', ...KINDS]);
  const octets = () => `${random.integer(0, 3)}.${random.integer(0, 3)}.${random.integer(11, 13)}`;
  const readsTls = kind === 'passthrough' || kind === 'terminate';
  const isTrusted = kind === 'named' && random.chance(0.8);
  const isV6 = kind === 'busy' && random.chance(0.2);
  return {
    kind,
    peer: isV6 ? '::1' : isTrusted ? `127.9.0.${random.integer(1, 5)}` : `127.${octets()}`,
    named: !isTrusted
      ? undefined
      : random.chance(0.3)
        ? `fd0${random.integer(0, 3)}::${random.integer(1, 3)}`
        : `10.${octets()}`,
    serverName: readsTls && random.chance(0.8) ? random.pick(SERVER_NAMES) : undefined,
    protocols: readsTls ? PROTOCOLS.filter(() => random.chance(0.4)) : [],
  };
};

/** The address and the port of the client that the access log has. */
export const loggedClient = ({ peer, named }: Flow, { peerPort }: Attempt, isNamed: boolean): string => {
  const [address, port] = isNamed && named !== undefined ? [named, 7] : [peer, peerPort];
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
};

/** What /explain is asked. */
export const questionOf = ({ kind, peer, named, serverName, protocols }: Flow): string => {
  const from = isIPv6(peer) ? `[${peer}]:4711` : `${peer}:4711`;
  const query = new URLSearchParams({ from: named ?? from, to: kind });
  if (named !== undefined) query.set('via', peer);
  if (serverName !== undefined) query.set('sni', serverName);
  for (const protocol of protocols) query.append('alpn', protocol);
  return `explain?${query}`;
};

const firstBytes = ({ kind, named, serverName, protocols }: Flow): Buffer | undefined => {
  if (named !== undefined)
    return Buffer.from(
      isIPv6(named) ? `PROXY TCP6 ${named} fd00::9 7 80\r\n` : `PROXY TCP4 ${named} 192.0.2.1 7 80\r\n`,
    );
  if (kind !== 'passthrough') return undefined;
  return hello({
    ...(serverName === undefined ? {} : { names: [serverName] }),
    ...(protocols.length === 0 ? {} : { alpn: protocols }),
  });
};

/** Another program has the port that a client was to come from. */
class PortTaken extends Error {}

const answerOn = (socket: Socket, first: Buffer | undefined): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    socket.setTimeout(ANSWER_MS, () => reject(new Error(`nothing came for ${ANSWER_MS} ms`)));
    socket.once('data', (chunk: Buffer) => {
      socket.setTimeout(0);
      // What TLS tells a client that it refuses begins with another byte.
      resolve(chunk[0] === 0x15 ? undefined : chunk.toString());
    });
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EADDRINUSE' || code === 'EADDRNOTAVAIL') reject(new PortTaken());
      else resolve(undefined);
    });
    socket.once('close', () => resolve(undefined));
    socket.resume();
    if (first !== undefined) socket.write(first);
  });

/** Connects, says what a client of its kind says, and waits for what comes of it. */
export const attempt = async (flow: Flow, port: number): Promise<Attempt> => {
  for (;;)
    try {
      return await attemptFrom(flow, nextPort(), port);
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
    }
};

const attemptFrom = async (flow: Flow, localPort: number, port: number): Promise<Attempt> => {
  const { peer: localAddress, kind, serverName, protocols } = flow;
  const host = isIPv6(localAddress) ? '::1' : '127.0.0.1';
  const options = { port, host, localAddress, localPort };
  const socket =
    kind === 'terminate'
      ? connectTls({
          ...options,
          rejectUnauthorized: false,
          ...(serverName === undefined ? {} : { servername: serverName }),
          ...(protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }),
        })
      : connect(options);
  const answer = await answerOn(socket, firstBytes(flow));
  return { answer, peerPort: localPort, close: () => socket.end().destroySoon() };
};

/** Sends a datagram and waits for the answer; without one, only sends it. */
export const attemptDatagram = async (
  { peer }: Flow,
  port: number,
  isAnswered: boolean,
): Promise<Attempt> => {
  const client = await DatagramClient.open(peer);
  if (!isAnswered) client.send('hello', port);
  const answer = isAnswered ? await client.ask('hello', port) : undefined;
  return { answer, peerPort: client.socket.address().port, close: () => client.socket.close() };
};
