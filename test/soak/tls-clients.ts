import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { resetSocket } from '../../program/reset-socket.ts';
import { Random } from '../crds/random.ts';
import { randomHello, realHellos } from '../proxy/tls/corpus.ts';
import { hello } from '../proxy/tls/hellos.ts';
import { beginSecure, type ClientKind, receiveBulk, roundTrip, sendPattern } from './clients.ts';
import { Session } from './session.ts';

const MEBIBYTE = 1024 * 1024;
const NAME = 'soak.test';
/** Handshakes that a flood begins at once, and does not go on with. */
const FLOOD = 200;

const random = new Random(randomInt(2 ** 31));
const hellos = realHellos();

/** Sends bytes to the listener for strangers, and waits for whatever end it gets. */
const sendAndWait = async (port: number, bytes: Uint8Array): Promise<void> => {
  const session = await Session.open(port, { isGreeted: false });
  session.send(Buffer.from(bytes));
  await session.anyClose();
};

/** Clients of TLS, and those that only seem to be some. */
export const TLS_CLIENT_KINDS: readonly ClientKind[] = [
  {
    name: 'TLS: short connections',
    clients: 4,
    pauseMs: 50,
    async session({ secure }) {
      const session = await beginSecure(secure, 'echo');
      await roundTrip(session, randomInt(1, 2000));
      session.end();
      await session.endOfStream();
    },
  },
  {
    name: 'TLS: keep-alive',
    clients: 8,
    pauseMs: 50,
    async session({ secure }, isOver) {
      const session = await beginSecure(secure, 'echo');
      for (let left = randomInt(20, 200); left > 0 && !isOver(); left--) {
        await roundTrip(session, randomInt(1, 40_000));
        await sleep(randomInt(40));
      }
      session.end();
      await session.endOfStream();
    },
  },
  {
    name: 'TLS: bulk both ways',
    clients: 1,
    pauseMs: 200,
    async session({ secure }) {
      const length = randomInt(MEBIBYTE, 4 * MEBIBYTE);
      const session = await beginSecure(secure, 'echo');
      const sent = sendPattern(session, length, 32_768, 0).then(() => session.end());
      await receiveBulk(session, length, 0);
      await sent;
    },
  },
  {
    name: 'TLS: garbage',
    clients: 2,
    pauseMs: 100,
    // Part of it looks like a record of a handshake.
    session: ({ strange }) =>
      sendAndWait(
        strange,
        Buffer.concat([
          Buffer.from('1603010200', 'hex').subarray(0, randomInt(6)),
          randomBytes(randomInt(1, 3000)),
        ]),
      ),
  },
  {
    name: 'TLS: mutated hellos',
    clients: 4,
    pauseMs: 50,
    session: async ({ strange }) => sendAndWait(strange, randomHello(random, await hellos)),
  },
  {
    name: 'TLS: half hellos',
    clients: 4,
    pauseMs: 100,
    session({ strange }) {
      const whole = hello({ names: [NAME] });
      return sendAndWait(strange, whole.subarray(0, randomInt(whole.length)));
    },
  },
  {
    name: 'TLS: stalled handshakes',
    clients: 8,
    pauseMs: 100,
    session: async ({ strange }) => {
      const [whole = Buffer.alloc(0)] = await hellos;
      await sendAndWait(strange, whole);
    },
  },
  {
    name: 'TLS: floods',
    clients: 1,
    pauseMs: 4_000,
    async session({ strange }) {
      const [whole = Buffer.alloc(0)] = await hellos;
      const all = await Promise.all(
        Array.from({ length: FLOOD }, () => Session.open(strange, { isGreeted: false })),
      );
      for (const session of all) session.send(whole);
      await sleep(randomInt(500));
      for (const session of all) resetSocket(session.socket);
    },
  },
  {
    name: 'TLS: renegotiation tries',
    clients: 2,
    pauseMs: 200,
    // The listener for strangers gives a handshake so little time that a busy machine may not finish it.
    async session({ secure }) {
      const session = await Session.open(secure, { isGreeted: true, tls: { maxVersion: 'TLSv1.2' } });
      // The proxy says no; whether the client then goes on is its own matter.
      (session.socket as TLSSocket).renegotiate({}, () => undefined);
      await sleep(randomInt(300));
      session.close();
    },
  },
];
