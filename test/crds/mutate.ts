import { isRecord } from '../../crds/normalise.ts';
import type { Path } from '../../crds/path.ts';
import type { Loose } from './base-manifest.ts';
import type { Random } from './random.ts';

/** What JSON can hold and a person, or a template gone wrong, might put anywhere. */
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

/** Every place below `value`. */
const places = (value: unknown, at: Path): Path[] => {
  const below = Array.isArray(value)
    ? value.flatMap((entry, i) => places(entry, [...at, i]))
    : isRecord(value)
      ? Object.entries(value).flatMap(([key, entry]) => places(entry, [...at, key]))
      : [];
  return at.length === 0 ? below : [at, ...below];
};

/** A copy of the manifest with rubbish at one place of its spec, and where that is. */
export const mutate = (manifest: Loose, random: Random): { readonly mutant: Loose; readonly at: Path } => {
  const mutant = structuredClone(manifest);
  const at = random.pick(places(mutant.spec, []) as [Path, ...Path[]]);
  let parent = mutant.spec as Record<string | number, unknown>;
  for (const step of at.slice(0, -1)) parent = parent[step] as Record<string | number, unknown>;
  parent[at.at(-1) ?? ''] = structuredClone(random.pick(RUBBISH));
  return { mutant, at };
};
