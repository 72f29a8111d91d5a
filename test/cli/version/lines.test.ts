import assert from 'node:assert/strict';
import { test } from 'node:test';
import { styleOf } from '../../../cli/print/style.ts';
import { versionLines } from '../../../cli/version/lines.ts';
import { type Running, runningOf, type Versions } from '../../../cli/version/versions.ts';

const known = <T>(value: T) => ({ kind: 'Known', value }) as const;
const SAME = known({ lacking: [], unknown: [] });
const of = (...versions: readonly (string | undefined)[]) => known<readonly Running[]>(runningOf(versions));

const versions = (more: Partial<Versions> = {}): Versions => ({
  client: '1.2.0',
  kubernetes: known('v1.34.4'),
  operator: of('1.2.0'),
  definition: SAME,
  proxies: of('1.2.0', '1.2.0'),
  namespace: 'shop',
  ...more,
});
const text = (one: Versions): string =>
  versionLines(one, { width: undefined, style: styleOf(false) }).join('\n');

test('versions that agree are listed, and nothing else is said', () => {
  assert.equal(
    text(versions()),
    [
      'PROGRAM       VERSION    WHERE',
      'kubectl-l4b   1.2.0      this command',
      'operator      1.2.0      1 pod',
      'definition    v1alpha1   as this command has it',
      'proxies       1.2.0      2 pods in namespace shop',
      'Kubernetes    v1.34.4    the API server',
    ].join('\n'),
  );
});

const SKEWS: readonly { readonly name: string; readonly more: Partial<Versions>; readonly says: RegExp }[] = [
  {
    name: 'an operator of another version',
    more: { operator: of('1.3.0'), proxies: of() },
    says: /! The operator is 1\.3\.0: render, diff and preflight answer as one of this command’s version, 1\.2\.0, would\.$/,
  },
  {
    name: 'operators of several versions',
    more: { operator: of('1.3.0', '1.2.0') },
    says: /operator {6}1\.2\.0 .*\noperator {6}1\.3\.0 .*! Operators of several versions run/s,
  },
  {
    name: 'a definition that lacks fields',
    more: { definition: known({ lacking: ['spec.a', 'spec.b', 'spec.c', 'spec.d', 'spec.e'], unknown: [] }) },
    says: /differs from this command’s.*! .* older than this command: it lacks spec\.a, spec\.b, spec\.c, spec\.d and 1 more,/s,
  },
  {
    name: 'a definition with fields that are not known',
    more: { definition: known({ lacking: [], unknown: ['spec.z'] }) },
    says: /! .* newer than this command, which does not know spec\.z\. Upgrade the command\.$/,
  },
  {
    name: 'proxies that an upgrade of the operator left running',
    more: { proxies: of('1.1.0', '1.2.0', '1.1.0') },
    says: /proxies {7}1\.1\.0 {6}2 pods .*! 2 proxy pods of another version than the operator: .*upgrade=true/s,
  },
];

for (const { name, more, says } of SKEWS)
  test(`the skew of ${name} is told`, () => {
    assert.match(text(versions(more)), says);
  });

test('what could not be read says why, and is no skew', () => {
  const why = 'Cannot list the pods: you may not';
  const unknown = { kind: 'Unknown', why } as const;
  const all = text(
    versions({ kubernetes: unknown, operator: unknown, definition: unknown, proxies: unknown }),
  );
  assert.equal(all.split('\n').filter((line) => line.endsWith(`–         ${why}`)).length, 4, all);
  assert.ok(!all.includes('!'));
});

test('proxies that do not answer, and a cluster without any part, are named', () => {
  assert.match(
    text(versions({ proxies: of(undefined, '1.2.0') })),
    /^proxies .* 1 pod .*, which did not say$/m,
  );
  const none = text(versions({ operator: of(), definition: known(undefined), proxies: of() }));
  assert.match(none, /^operator +– +none found$/m);
  assert.match(none, /^definition +– +not installed in this cluster$/m);
  assert.match(none, /^proxies +– +none in namespace shop$/m);
});
