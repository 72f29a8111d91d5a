import type { Random } from '../../crds/random.ts';
import { type NaiveAddress, textOf } from './naive.ts';

const bit32 = (random: Random): bigint => BigInt(random.integer(0, 0xffffffff));

/** An address anywhere, or near one of `near`: with the same first bits, or beside it. */
export const randomAddress = (random: Random, near: readonly NaiveAddress[]): NaiveAddress => {
  const other = near[random.integer(0, near.length - 1)];
  const isV6 = other?.isV6 ?? random.chance(0.5);
  const bits = isV6 ? 128n : 32n;
  const noise = isV6
    ? (bit32(random) << 96n) | (bit32(random) << 64n) | (bit32(random) << 32n) | bit32(random)
    : bit32(random);
  if (other === undefined || random.chance(0.1)) return { isV6, value: noise };
  if (random.chance(0.4))
    return { isV6, value: BigInt.asUintN(Number(bits), other.value + 1n - 2n * (noise & 1n)) };
  const hostBits = BigInt(random.integer(0, Number(bits)));
  return { isV6, value: ((other.value >> hostBits) << hostBits) | BigInt.asUintN(Number(hostBits), noise) };
};

/**
 * Ranges that often overlap, nest, repeat and touch: of lengths from 0 to all bits, or with few host bits, so
 * that many crowd together without covering everything.
 */
export const randomCidrs = (
  random: Random,
  count: number,
  kind: 'AnyLength' | 'Crowded' = 'AnyLength',
): { readonly cidrs: readonly string[]; readonly firsts: readonly NaiveAddress[] } => {
  const firsts: NaiveAddress[] = [];
  const cidrs: string[] = [];
  for (let i = 0; i < count; i++) {
    const { isV6, value } = randomAddress(random, firsts);
    const bits = isV6 ? 128 : 32;
    // Hardly any short prefix, or everything would be in the set.
    const shortest = kind === 'Crowded' ? bits - 5 : random.chance(0.01) ? 0 : 8;
    const length = random.integer(shortest, shortest === 0 ? 8 : bits);
    const hostBits = BigInt(bits - length);
    const first = { isV6, value: (value >> hostBits) << hostBits };
    firsts.push(first);
    cidrs.push(length === bits && random.chance(0.5) ? textOf(first) : `${textOf(first)}/${length}`);
  }
  return { cidrs, firsts };
};
