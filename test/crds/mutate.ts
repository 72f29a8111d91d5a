import { isRecord } from '../../crds/normalise.ts';
import type { Path } from '../../crds/path.ts';
import type { Loose } from './base-manifest.ts';
import type { Random } from './random.ts';

/** JSON values that a person or a broken template might put anywhere. */
const RUBBISH: readonly [unknown, ...unknown[]] = [
  null,
  0,
  -1,
  1,
  1.5,
  1e300,
  2 ** 53,
  65536,
  9901,
  true,
  '',
  ' ',
  '0',
  '1',
  '1.5',
  '-1',
  '0s',
  '1h',
  '99999h',
  '5x',
  'a',
  'A',
  'a.b',
  '-a',
  'a'.repeat(64),
  'x'.repeat(5000),
  'ünïcödé',
  '\u0000',
  '127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:1::2',
  '::ffff:1.2.3',
  '010.0.0.1',
  '::',
  'fe80::1',
  'fe80::1%eth0',
  'ff00::',
  '::1',
  '224.0.0.1',
  '500m',
  '1Gi',
  '4Ei',
  'TCP',
  'Tuned',
  'Exists',
  [],
  [null],
  [{}],
  [[]],
  {},
  { a: null },
  { a: 'b' },
  { name: 'a' },
  { 'app.kubernetes.io/name': 'x' },
  { '': '' },
  JSON.parse('{"__proto__": {"a": 1}}'),
];

/** Paths of all values below `value`. */
const pathsBelow = (value: unknown, at: Path): Path[] => {
  const below = Array.isArray(value)
    ? value.flatMap((entry, i) => pathsBelow(entry, [...at, i]))
    : isRecord(value)
      ? Object.entries(value).flatMap(([key, entry]) => pathsBelow(entry, [...at, key]))
      : [];
  return at.length === 0 ? below : [at, ...below];
};

/**
 * A copy of the manifest with one change in its spec: a value deleted, replaced by rubbish, or changed
 * slightly. Returns where.
 */
export const mutate = (manifest: Loose, random: Random): { readonly mutant: Loose; readonly at: Path } => {
  const mutant = structuredClone(manifest);
  const at = random.pick(pathsBelow(mutant.spec, []) as [Path, ...Path[]]);
  let parent = mutant.spec as Record<string | number, unknown>;
  for (const step of at.slice(0, -1)) parent = parent[step] as Record<string | number, unknown>;
  const key = at.at(-1) ?? '';
  const luck = random.next();
  if (luck < 0.1 && !Array.isArray(parent)) delete parent[key];
  else if (luck < 0.4) parent[key] = nearby(parent[key], random);
  else parent[key] = structuredClone(random.pick(RUBBISH));
  return { mutant, at };
};

/** A value of the same type that differs slightly. */
const nearby = (value: unknown, random: Random): unknown => {
  if (typeof value === 'number') return value + random.pick([-1000, -1, 1, 1000]);
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return [...value, ...value.slice(0, random.integer(0, 1))];
  if (typeof value !== 'string') return value;
  if (/^[0-9]/.test(value)) return `${random.integer(0, 2000)}${value.replace(/^[0-9]+/, '')}`;
  return random.chance(0.5) ? `${value}a` : value.slice(0, -1);
};
