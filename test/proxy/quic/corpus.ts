import type { Random } from '../../crds/random.ts';
import { EXAMPLES, long, payload } from './examples.ts';

const VERSIONS: readonly [number, ...number[]] = [1, 0x6b3343cf, 0, 2, 0xff00001d];

/** Bytes in which the lengths of IDs, tokens and packets are likely to be right, or nearly so. */
const made = (random: Random): Buffer => {
  const id = (): Buffer =>
    Buffer.alloc(random.chance(0.9) ? random.integer(0, 20) : random.integer(0, 255), 7);
  const rest = Buffer.concat([
    ...(random.chance(0.4) ? [Buffer.of(random.integer(0, 3))] : []),
    ...(random.chance(0.2) ? [Buffer.alloc(random.integer(0, 4), random.integer(0, 255))] : []),
    payload(random.integer(16, 60)),
    Buffer.alloc(random.integer(0, 20), random.integer(0, 255)),
  ]);
  return long(random.integer(0, 3), random.pick(VERSIONS), id(), id(), rest);
};

const KNOWN: readonly [Buffer, ...Buffer[]] = Object.values(EXAMPLES) as [Buffer, ...Buffer[]];

/** A packet, or nearly one. */
export const randomInput = (random: Random): Buffer => {
  const bytes = Buffer.from(random.chance(0.5) ? made(random) : random.pick(KNOWN));
  for (let changes = random.integer(0, 2); changes > 0 && bytes.length > 0; changes--)
    bytes[random.integer(0, Math.min(40, bytes.length - 1))] = random.integer(0, 255);
  return random.chance(0.5) ? bytes : bytes.subarray(0, random.integer(0, bytes.length));
};
