import { randomBytes, randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { resetSocket } from '../../program/reset-socket.ts';
import { isPatternAt, patternAt } from './pattern.ts';
import { type OpenOptions, Session } from './session.ts';

const MEBIBYTE = 1024 * 1024;
const CHUNK = 32_768;

/** The ports that sessions connect to: some are always served, one comes and goes. */
export interface Targets {
  readonly steady: readonly number[];
  readonly fleeting: number;
  /** Ends TLS. */
  readonly secure: number;
  /** The same, for clients that mean no good. */
  readonly strange: number;
}

/**
 * One kind of client: how many run at once, and what one session does. A session throws if it sees anything
 * unexpected.
 */
export interface ClientKind {
  readonly name: string;
  readonly clients: number;
  /** Longest pause between two sessions, in milliseconds. */
  readonly pauseMs: number;
  readonly session: (targets: Targets, isOver: () => boolean) => Promise<void>;
}

const steady = ({ steady: ports }: Targets): number => ports[randomInt(ports.length)] as number;

const begin = async (port: number, line: string, options: OpenOptions = {}): Promise<Session> => {
  const session = await Session.open(port, options);
  session.send(`${line}\n`);
  return session;
};

export const beginSecure = (port: number, line: string): Promise<Session> => begin(port, line, { tls: {} });

export const roundTrip = async (session: Session, length: number): Promise<void> => {
  const message = randomBytes(length);
  session.send(message);
  if (!message.equals(await session.exactly(length))) throw session.failed('the same bytes');
};

/** Reads the pattern and the end of stream after it, with a pause after each chunk. */
export const receiveBulk = async (session: Session, length: number, pauseMs: number): Promise<void> => {
  for (let received = 0; received < length; ) {
    const bytes = await session.some();
    if (!isPatternAt(received, bytes)) throw session.failed(`the pattern at ${received}`);
    received += bytes.length;
    if (pauseMs > 0) {
      session.socket.pause();
      await sleep(pauseMs);
      session.socket.resume();
    }
  }
  await session.endOfStream();
};

/** Resolves when a socket takes more, or is closed. */
const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.once('drain', done).once('close', done);
  });

export const sendPattern = async (
  session: Session,
  length: number,
  chunk: number,
  pauseMs: number,
): Promise<void> => {
  for (let sent = 0; sent < length && !session.socket.destroyed; ) {
    const bytes = patternAt(sent, Math.min(chunk, length - sent));
    sent += bytes.length;
    if (!session.socket.write(bytes)) await drained(session.socket);
    if (pauseMs > 0) await sleep(pauseMs);
  }
};

const upload = async (targets: Targets, length: number, chunk: number, pauseMs: number): Promise<void> => {
  const session = await begin(steady(targets), 'sink');
  await sendPattern(session, length, chunk, pauseMs);
  session.end();
  const counted = (await session.exactly(`${length}`.length)).toString();
  if (counted !== `${length}`) throw session.failed(`a count of ${length} bytes`, counted);
  await session.endOfStream();
};

export const CLIENT_KINDS: readonly ClientKind[] = [
  {
    name: 'short connections',
    clients: 8,
    pauseMs: 30,
    async session(targets) {
      const session = await begin(steady(targets), 'echo');
      await roundTrip(session, randomInt(1, 2000));
      session.end();
      await session.endOfStream();
    },
  },
  {
    name: 'keep-alive',
    clients: 16,
    pauseMs: 50,
    async session(targets, isOver) {
      const session = await begin(steady(targets), 'echo');
      for (let left = randomInt(20, 400); left > 0 && !isOver(); left--) {
        await roundTrip(session, randomInt(1, 4000));
        await sleep(randomInt(40));
      }
      session.end();
      await session.endOfStream();
    },
  },
  {
    name: 'bulk to client',
    clients: 2,
    pauseMs: 200,
    async session(targets) {
      const length = randomInt(MEBIBYTE, 8 * MEBIBYTE);
      await receiveBulk(await begin(steady(targets), `bulk ${length}`), length, 0);
    },
  },
  {
    name: 'bulk to endpoint',
    clients: 2,
    pauseMs: 200,
    session: (targets) => upload(targets, randomInt(MEBIBYTE, 8 * MEBIBYTE), CHUNK, 0),
  },
  {
    name: 'bulk both ways',
    clients: 2,
    pauseMs: 200,
    async session(targets) {
      const length = randomInt(MEBIBYTE, 4 * MEBIBYTE);
      const session = await begin(steady(targets), 'echo');
      const sent = sendPattern(session, length, CHUNK, 0).then(() => session.end());
      await receiveBulk(session, length, 0);
      await sent;
    },
  },
  {
    name: 'slow readers',
    clients: 8,
    pauseMs: 100,
    async session(targets) {
      const length = randomInt(MEBIBYTE / 2, 3 * MEBIBYTE);
      await receiveBulk(await begin(steady(targets), `bulk ${length}`), length, 20);
    },
  },
  {
    name: 'slow writers',
    clients: 8,
    pauseMs: 100,
    session: (targets) => upload(targets, randomInt(20, 200), randomInt(1, 5), 25),
  },
  {
    name: 'half-closers',
    clients: 4,
    pauseMs: 100,
    async session(targets) {
      const length = randomInt(1, MEBIBYTE);
      const session = await begin(steady(targets), `bulk ${length}`);
      session.end();
      await receiveBulk(session, length, 0);
    },
  },
  {
    name: 'resetters',
    clients: 4,
    pauseMs: 100,
    async session(targets) {
      const session = await begin(steady(targets), `bulk ${8 * MEBIBYTE}`);
      await sleep(randomInt(30));
      resetSocket(session.socket);
    },
  },
  {
    name: 'garbage',
    clients: 2,
    pauseMs: 200,
    async session(targets) {
      const session = await Session.open(steady(targets), { isGreeted: false });
      session.send(randomBytes(randomInt(100, 5000)));
      await session.anyClose();
    },
  },
  {
    name: 'silent',
    clients: 4,
    pauseMs: 200,
    async session(targets) {
      const session = await Session.open(steady(targets));
      await sleep(randomInt(3000));
      session.end();
      await session.endOfStream();
    },
  },
  {
    name: 'a port that comes and goes',
    clients: 4,
    pauseMs: 30,
    async session(targets) {
      try {
        const session = await begin(targets.fleeting, 'echo');
        await roundTrip(session, 100);
        session.end();
        await session.endOfStream();
      } catch (error) {
        // At times nothing listens on this port, which is expected. A reset never is.
        if (!(error instanceof Error && error.message.endsWith('saw ECONNREFUSED'))) throw error;
      }
    },
  },
  {
    name: 'idle crowd',
    clients: 1000,
    pauseMs: 1000,
    async session(targets, isOver) {
      const session = await Session.open(steady(targets));
      const until = performance.now() + randomInt(20_000, 120_000);
      while (
        performance.now() < until &&
        !isOver() &&
        !session.socket.readableEnded &&
        !session.socket.destroyed
      )
        await sleep(500);
      session.end();
      await session.endOfStream();
    },
  },
];
