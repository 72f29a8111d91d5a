import { Duplex } from 'node:stream';
import { type ConnectionOptions, connect } from 'node:tls';
import type { Random } from '../../crds/random.ts';
import {
  extension,
  GREASE,
  type HelloParts,
  helloMessage,
  keyShare,
  records,
  u16,
  vector,
  versionsExtension,
} from './hellos.ts';

/** The ClientHello of a client of Node's OpenSSL. */
const helloOf = (options: ConnectionOptions): Promise<Buffer> =>
  new Promise((resolve) => {
    const socket = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, callback) {
        resolve(chunk);
        callback();
      },
    });
    connect({ socket, ciphers: 'DEFAULT:@SECLEVEL=0', minVersion: 'TLSv1', ...options });
  });

/** What real clients send: of each version, with and without a name, protocols, and key shares of ML-KEM. */
export const realHellos = (): Promise<readonly Buffer[]> =>
  Promise.all(
    (
      [
        { servername: 'db.example.com', ALPNProtocols: ['h2', 'http/1.1'] },
        { servername: 'db.example.com', ecdhCurve: 'X25519' },
        { servername: 'x.example', ecdhCurve: 'X25519', ALPNProtocols: ['postgresql'] },
        { ecdhCurve: 'X25519', ALPNProtocols: ['h2'] },
        { servername: 'old.example.com', maxVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'] },
        { servername: 'old.example.com', maxVersion: 'TLSv1.2' },
        { servername: 'older.example.com', maxVersion: 'TLSv1' },
        { servername: `${'long-label.'.repeat(20)}example.com`, ecdhCurve: 'X25519', ALPNProtocols: ['h2'] },
      ] satisfies readonly ConnectionOptions[]
    ).map((options) => helloOf(options)),
  );

const SIGNATURES = extension(13, vector(2, ...[0x0403, 0x0804, 0x0401, 0x0503].map(u16)));
const GROUPS = extension(10, vector(2, ...[0x11ec, 0x001d, 0x0017].map(u16)));
const POINTS = extension(11, vector(1, Buffer.of(0)));
const NAMES: readonly [string, ...string[]] = [
  'a.example',
  'DB.Example.COM',
  'one.two.three.example.com',
  '192.0.2.7',
  'x',
  'caf\xe9.example',
  'under_score.example.',
];
const PROTOCOLS: readonly [string, ...string[]] = [
  'h2',
  'http/1.1',
  'postgresql',
  'acme-tls/1',
  '\x0a\x0a',
  'x',
];

const shuffled = <T>(random: Random, values: readonly T[]): readonly T[] =>
  values
    .map((value) => [random.next(), value] as const)
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);

/** A hello that was put together at random, in records of random sizes. */
const composed = (random: Random): Buffer => {
  const all = shuffled(random, [
    GROUPS,
    POINTS,
    SIGNATURES,
    keyShare(0x001d, 32),
    versionsExtension(...shuffled(random, [0x0304, 0x0303, 0x1a1a])),
    ...(random.chance(0.3) ? [GREASE] : []),
    ...(random.chance(0.2) ? [extension(0xfe0d, Buffer.alloc(random.integer(1, 600), 3))] : []),
    ...(random.chance(0.2) ? [extension(35)] : []),
    ...(random.chance(0.1) ? [extension(0x7a7a, Buffer.alloc(random.integer(0, 4_000), 3))] : []),
  ]);
  const split = random.integer(0, all.length);
  const parts: HelloParts = {
    before: all.slice(0, split),
    after: all.slice(split),
    ciphers: shuffled(random, [0x1301, 0x1302, 0xc02b, 0xc02f, 0x8a8a]),
    sessionId: Buffer.alloc(random.pick([0, 32, 32, 17])),
    compressions: random.chance(0.9) ? [0] : [1, 0],
    ...(random.chance(0.9) ? { names: [random.pick(NAMES)] } : {}),
    ...(random.chance(0.7) ? { alpn: random.list(1, 3, () => random.pick(PROTOCOLS)) } : {}),
  };
  const message = helloMessage(parts);
  return records(message, random.chance(0.7) ? 16_384 : random.integer(1, message.length));
};

/** Changes a few bytes: bits, values that are lengths or types, removals, insertions, copies. */
const mutated = (random: Random, bytes: Buffer): Buffer => {
  let result = Buffer.from(bytes);
  for (let changes = random.integer(1, 3); changes > 0 && result.length > 1; changes--) {
    const at = random.integer(0, result.length - 1);
    const before = result[at] as number;
    switch (random.integer(0, 6)) {
      case 0:
        result[at] = before ^ (1 << random.integer(0, 7));
        break;
      case 1:
        result[at] = random.pick([0, 1, 2, 3, 16, 22, 41, 43, 51, 127, 255]);
        break;
      case 2:
        result[at] = before + random.pick([-1, 1]);
        break;
      case 3:
        result = Buffer.concat([result.subarray(0, at), result.subarray(at + random.integer(1, 4))]);
        break;
      case 4:
        result = Buffer.concat([
          result.subarray(0, at),
          Buffer.from(random.list(1, 4, () => random.integer(0, 255))),
          result.subarray(at),
        ]);
        break;
      case 5: {
        const from = random.integer(0, result.length - 1);
        result.copy(result, at, from, from + random.integer(1, 60));
        break;
      }
      default:
        result = result.subarray(0, random.integer(1, result.length));
    }
  }
  return result;
};

/** The first bytes of a client: a hello as it should be, or up to three changes away from one. */
export const randomHello = (random: Random, real: readonly Buffer[]): Buffer => {
  const [first = Buffer.alloc(0), ...others] = real;
  const base = random.chance(0.4) ? random.pick([first, ...others]) : composed(random);
  return random.chance(0.2) ? base : mutated(random, base);
};
