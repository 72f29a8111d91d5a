import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { resetSocket } from '../../program/reset-socket.ts';
import { isPatternAt, patternAt } from './pattern.ts';
import { Session } from './session.ts';

const MEBIBYTE = 1024 * 1024;
const CHUNK = 32_768;

/** Where a session goes: ports that are always served, and one that comes and goes. */
export interface Targets {
  readonly steady: readonly number[];
  readonly fleeting: number;
}

/**
 * One kind of client: how many at once, and what one session of it does; it throws when anything is not as it
 * must be.
 */
export interface ClientKind {
  readonly name: string;
  readonly clients: number;
  /** Longest rest between two sessions, in milliseconds. */
  readonly restMs: number;
  readonly session: (targets: Targets, isOver: () => boolean) => Promise<void>;
}

const steady = ({ steady: ports }: Targets): number => ports[randomInt(ports.length)] as number;

const begin = async (port: number, line: string): Promise<Session> => {
  const session = await Session.open(port);
  session.send(`${line}\n`);
  return session;
};

const roundTrip = async (session: Session, length: number): Promise<void> => {
  const message = randomBytes(length);
  session.send(message);
  if (!message.equals(await session.exactly(length))) throw session.failed('the same bytes');
};

/** Reads the pattern and the end behind it, with a rest after each piece. */
const takeBulk = async (session: Session, length: number, restMs: number): Promise<void> => {
  for (let received = 0; received < length; ) {
    const bytes = await session.some();
    if (!isPatternAt(received, bytes)) throw session.failed(`the pattern at ${received}`);
    received += bytes.length;
    if (restMs > 0) {
      session.socket.pause();
      await sleep(restMs);
      session.socket.resume();
    }
  }
  await session.cleanEnd();
};

const sendPattern = async (
  session: Session,
  length: number,
  chunk: number,
  restMs: number,
): Promise<void> => {
  for (let sent = 0; sent < length && !session.socket.destroyed; ) {
    const bytes = patternAt(sent, Math.min(chunk, length - sent));
    sent += bytes.length;
    if (!session.socket.write(bytes))
      await new Promise((resolve) => {
        session.socket.once('drain', resolve).once('close', resolve);
      });
    if (restMs > 0) await sleep(restMs);
  }
};

const upload = async (targets: Targets, length: number, chunk: number, restMs: number): Promise<void> => {
  const session = await begin(steady(targets), 'sink');
  await sendPattern(session, length, chunk, restMs);
  session.end();
  const said = (await session.exactly(`${length}`.length)).toString();
  if (said !== `${length}`) throw session.failed(`${length} bytes counted, not ${said}`);
  await session.cleanEnd();
};

export const CLIENT_KINDS: readonly ClientKind[] = [
  {
    name: 'short connections',
    clients: 8,
    restMs: 30,
    async session(targets) {
      const session = await begin(steady(targets), 'echo');
      await roundTrip(session, randomInt(1, 2000));
      session.end();
      await session.cleanEnd();
    },
  },
  {
    name: 'keep-alive',
    clients: 16,
    restMs: 50,
    async session(targets, isOver) {
      const session = await begin(steady(targets), 'echo');
      for (let left = randomInt(20, 400); left > 0 && !isOver(); left--) {
        await roundTrip(session, randomInt(1, 4000));
        await sleep(randomInt(40));
      }
      session.end();
      await session.cleanEnd();
    },
  },
  {
    name: 'bulk to client',
    clients: 2,
    restMs: 200,
    async session(targets) {
      const length = randomInt(MEBIBYTE, 8 * MEBIBYTE);
      await takeBulk(await begin(steady(targets), `bulk ${length}`), length, 0);
    },
  },
  {
    name: 'bulk to endpoint',
    clients: 2,
    restMs: 200,
    session: (targets) => upload(targets, randomInt(MEBIBYTE, 8 * MEBIBYTE), CHUNK, 0),
  },
  {
    name: 'bulk both ways',
    clients: 2,
    restMs: 200,
    async session(targets) {
      const length = randomInt(MEBIBYTE, 4 * MEBIBYTE);
      const session = await begin(steady(targets), 'echo');
      const sent = sendPattern(session, length, CHUNK, 0).then(() => session.end());
      await takeBulk(session, length, 0);
      await sent;
    },
  },
  {
    name: 'slow readers',
    clients: 8,
    restMs: 100,
    async session(targets) {
      const length = randomInt(MEBIBYTE / 2, 3 * MEBIBYTE);
      await takeBulk(await begin(steady(targets), `bulk ${length}`), length, 20);
    },
  },
  {
    name: 'slow writers',
    clients: 8,
    restMs: 100,
    session: (targets) => upload(targets, randomInt(20, 200), randomInt(1, 5), 25),
  },
  {
    name: 'half-closers',
    clients: 4,
    restMs: 100,
    async session(targets) {
      const length = randomInt(1, MEBIBYTE);
      const session = await begin(steady(targets), `bulk ${length}`);
      session.end();
      await takeBulk(session, length, 0);
    },
  },
  {
    name: 'resetters',
    clients: 4,
    restMs: 100,
    async session(targets) {
      const session = await begin(steady(targets), `bulk ${8 * MEBIBYTE}`);
      await sleep(randomInt(30));
      resetSocket(session.socket);
    },
  },
  {
    name: 'rubbish',
    clients: 2,
    restMs: 200,
    async session(targets) {
      const session = await Session.open(steady(targets), false);
      session.send(randomBytes(randomInt(100, 5000)));
      await session.anyEnd();
    },
  },
  {
    name: 'silent',
    clients: 4,
    restMs: 200,
    async session(targets) {
      const session = await Session.open(steady(targets));
      await sleep(randomInt(3000));
      session.end();
      await session.cleanEnd();
    },
  },
  {
    name: 'a port that comes and goes',
    clients: 4,
    restMs: 30,
    async session(targets) {
      try {
        const session = await begin(targets.fleeting, 'echo');
        await roundTrip(session, 100);
        session.end();
        await session.cleanEnd();
      } catch (error) {
        // Nobody listens: that is right now and then. A reset never is.
        if (!(error instanceof Error && error.message.endsWith('saw ECONNREFUSED'))) throw error;
      }
    },
  },
  {
    name: 'idle crowd',
    clients: 1000,
    restMs: 1000,
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
      await session.cleanEnd();
    },
  },
];
