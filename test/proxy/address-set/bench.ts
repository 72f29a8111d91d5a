/**
 * Prints how long a lookup in an address set takes, how long building one does, and its memory, for lists of
 * several sizes and kinds:
 *
 *   node test/proxy/address-set/bench.ts
 */
import { contains } from '../../../proxy/address-set/address-set.ts';
import { AddressSetBuilder } from '../../../proxy/address-set/build.ts';
import { Random } from '../../crds/random.ts';
import { bytesOf, type NaiveAddress, naiveAddress, textOf } from './naive.ts';

const SEED = 1;
const SIZES = [1, 1_000, 100_000];
const LOOKUPS = 4_000_000;
/** More addresses than fit into a processor's first cache, half of them in the list. */
const ADDRESSES = 65_536;

/** CPU time in nanoseconds: what else runs on the machine hardly changes it. */
const cpuNs = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1000;
};

const random = new Random(SEED);
const number = (bits: number): bigint => {
  let value = 0n;
  for (let i = 0; i < bits; i += 16) value = (value << 16n) | BigInt(random.integer(0, 0xffff));
  return value >> BigInt((16 - (bits % 16)) % 16);
};

const v4 = (length: number): string =>
  `${textOf({ isV6: false, value: number(length) << BigInt(32 - length) })}/${length}`;
const v6 = (base: bigint, baseBits: number, length: number): string => {
  const value = ((base << BigInt(length - baseBits)) | number(length - baseBits)) << BigInt(128 - length);
  return `${textOf({ isV6: true, value })}/${length}`;
};

const KINDS: Readonly<Record<string, () => string>> = {
  'IPv4, mixed': () => v4(random.pick([16, 20, 22, 24, 24, 24, 32])),
  'IPv4, addresses': () => v4(32),
  'IPv4, addresses of one /15': () =>
    `10.${random.integer(0, 1)}.${random.integer(0, 255)}.${random.integer(0, 255)}`,
  'IPv6, /32 to /64 of 2000::/8': () => v6(0x20n, 8, random.pick([32, 40, 48, 48, 56, 64])),
  'IPv6, /64 of one /32': () => v6(0x20010db8n, 32, 64),
  'IPv6, addresses': () => v6(0x20n, 8, 128),
};

const firstOf = (cidr: string): NaiveAddress => naiveAddress(cidr.split('/')[0] ?? '');

const near = ({ isV6, value }: NaiveAddress): NaiveAddress => ({
  isV6,
  value: value ^ (1n << BigInt(random.integer(0, isV6 ? 112 : 20))),
});

console.log('list                            ranges   lookup ns     build, CPU ms   KiB');
for (const [kind, cidr] of Object.entries(KINDS))
  for (const size of SIZES) {
    const cidrs = Array.from({ length: size }, cidr);
    const text = cidrs.join('\n');
    let buildMs = Number.POSITIVE_INFINITY;
    let set = new AddressSetBuilder().build();
    for (let i = 0; i < 3; i++) {
      const ns = cpuNs(() => {
        const builder = new AddressSetBuilder();
        for (let start = 0, end = 0; start < text.length; start = end + 1) {
          end = text.indexOf('\n', start);
          if (end < 0) end = text.length;
          builder.add(text, start, end);
        }
        set = builder.build();
      });
      buildMs = Math.min(buildMs, ns / 1e6);
    }
    const bytes = new Uint8Array(ADDRESSES * 16);
    for (let i = 0; i < ADDRESSES; i++) {
      const first = firstOf(cidrs[random.integer(0, size - 1)] as string);
      bytes.set(bytesOf((i & 1) === 0 ? first : near(first)), i * 16);
    }
    let best = Number.POSITIVE_INFINITY;
    let inside = 0;
    for (let round = 0; round < 4; round++) {
      const ns = cpuNs(() => {
        for (let i = 0; i < LOOKUPS; i++) if (contains(set, bytes, (i % ADDRESSES) * 16)) inside++;
      });
      best = Math.min(best, ns / LOOKUPS);
    }
    if (inside === 0) throw new Error('no address was found');
    console.log(
      `${kind.padEnd(30)} ${String(size).padStart(7)} ${best.toFixed(1).padStart(11)} ${buildMs.toFixed(1).padStart(18)} ${String(Math.ceil(set.v4.nodes.buffer.byteLength / 1024)).padStart(5)}`,
    );
  }
