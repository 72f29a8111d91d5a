import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseL4Balancer } from '../../crds/parse.ts';
import { patternPath } from '../../crds/path.ts';
import { RULES } from '../../crds/rules/all.ts';
import type { Rule } from '../../crds/rules/rule.ts';
import { SPEC_SCHEMA } from '../../crds/schemas.ts';
import type { Structural } from '../../crds/structural.ts';
import { understand } from '../../crds/understand.ts';
import { type Loose, manifestWith, manifestWithBackend } from './base-manifest.ts';

/**
 * What the first definition refused: the bounds of its fields, and its rules. Resources that it admitted may
 * be stored forever.
 */
const RELEASED = readFileSync(new URL('released/first.txt', import.meta.url), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, kind, name = '', text = ''] = /^(field|rule) (\S+) (.*)$/.exec(line) ?? [];
    return kind === undefined ? [] : [{ kind, name, text }];
  });
const released = (wanted: 'field' | 'rule'): ReadonlyMap<string, string> =>
  new Map(RELEASED.filter(({ kind }) => kind === wanted).map(({ name, text }) => [name, text]));
const FIELDS = released('field');

const fieldAt = (path: string): Structural | undefined =>
  patternPath(path.replaceAll('{}', '.{}'))
    .slice(1)
    .reduce<Structural | undefined>((schema, step) => {
      if (step === '[]') return schema?.items;
      return step === '{}' ? schema?.additionalProperties : schema?.properties?.[step];
    }, SPEC_SCHEMA);

/** Rules of the first definition that were reworded or relaxed. */
const NO_STRICTER = [
  /-range$/,
  /^health-check-timeout$/,
  /^listener-port-admin$/,
  /^listener-backend-exists$/,
  /^endpoint-address-(ip|unicast)$/,
  /^load-balancer-class-type$/,
];

/**
 * Whether an old resource can break the rule. It cannot if the rule reads a field that did not exist then and
 * has no default.
 */
const judgesOldFields = ({ scope, reads }: Rule): boolean => {
  const paths = reads.map((read) =>
    [scope, read]
      .filter((part) => part !== '')
      .join('.')
      .replaceAll('[?]', '[]'),
  );
  const added = paths.filter((path) => path.startsWith('spec') && !FIELDS.has(path.replace('.[]', '[]')));
  return added.length < paths.length && added.every((path) => fieldAt(path)?.default !== undefined);
};

test('each rule that is stricter than the first definition says what happens to resources stored before', () => {
  const before = released('rule');
  assert.ok(before.size > 50);
  const stricter = RULES.filter((rule) => {
    const was = before.get(rule.id);
    if (was === undefined) return judgesOldFields(rule);
    return was !== rule.rule && !NO_STRICTER.some((form) => form.test(rule.id));
  });
  assert.deepEqual(
    stricter.filter(({ forStored }) => forStored === undefined).map(({ id }) => id),
    [],
  );
  assert.ok(stricter.length >= 7, `only ${stricter.map(({ id }) => id)}`);
});

const LEAST = ['minLength', 'minimum', 'minItems'] as const;
const MOST = ['maxLength', 'maximum', 'maxItems', 'maxProperties'] as const;
const SAME = ['type', 'pattern', 'x-kubernetes-int-or-string'] as const;

test('no field has tighter bounds than in the first definition, since a schema, unlike a rule, cannot exempt stored resources', () => {
  assert.ok(FIELDS.size > 100);
  const narrower = [...FIELDS].filter(([path, text]) => {
    const was = JSON.parse(text) as Structural;
    const is = fieldAt(path);
    return (
      is === undefined ||
      SAME.some((key) => is[key] !== undefined && is[key] !== was[key]) ||
      LEAST.some((key) => (is[key] ?? Number.NEGATIVE_INFINITY) > (was[key] ?? Number.NEGATIVE_INFINITY)) ||
      MOST.some((key) => (is[key] ?? Number.POSITIVE_INFINITY) < (was[key] ?? Number.POSITIVE_INFINITY)) ||
      (is.enum !== undefined && !(was.enum ?? [undefined]).every((one) => is.enum?.includes(one))) ||
      (is.required ?? []).some((one) => !(was.required ?? []).includes(one))
    );
  });
  assert.deepEqual(narrower, []);
});

const STORED: readonly {
  readonly what: string;
  readonly input: Loose;
  readonly path: string;
  readonly says: RegExp;
}[] = [
  {
    what: 'tls of a health check of another type',
    input: manifestWithBackend({ healthCheck: { type: 'TCP', tls: {} } }),
    path: 'spec.backends[0].healthCheck.tls',
    says: /^is set, but type is TCP: set type to TLS or remove tls; .*; it was stored before this was refused: tls has no effect$/,
  },
  {
    what: 'grpc of a health check of another type',
    input: manifestWithBackend({ healthCheck: { type: 'TLS', grpc: { service: 'a' } } }),
    path: 'spec.backends[0].healthCheck.grpc',
    says: /set type to GRPC or remove grpc; .*: grpc has no effect$/,
  },
  {
    what: 'a path with a fragment',
    input: manifestWithBackend({ healthCheck: { type: 'HTTP', http: { path: '/a#b' } } }),
    path: 'spec.backends[0].healthCheck.http.path',
    says: /^"\/a#b" has a fragment.*: remove "#" and what follows; .*: it is sent unchanged$/,
  },
  {
    what: 'a delay as long as the grace period',
    input: manifestWith({ drain: { delay: '60s' } }),
    path: 'spec.drain.delay',
    says: /^60s uses up workload\.terminationGracePeriod 60s .*: shorten the delay or extend the grace period; .*: half of the grace period is used instead$/,
  },
  {
    what: 'the Service of the balancer itself',
    input: manifestWithBackend({ endpoints: undefined, service: { name: 'l4b-edge', port: 80 } }),
    path: 'spec.backends[0].service.name',
    says: /^"l4b-edge" is the Service of this balancer itself: .*; .*: its pods connect to each other$/,
  },
  {
    what: 'a privileged admin port',
    input: manifestWith({
      listeners: [{ name: 'web', port: 20_000, backend: 'web' }],
      tuning: { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '20000' }] },
    }),
    path: 'spec.workload.adminPort',
    says: /^9901 is below 20000, .*; .*: the pods do not become ready$/,
  },
  {
    what: 'one of its listeners as an endpoint, at a loopback address in full notation',
    input: manifestWith({
      listeners: [{ name: 'web', port: 8080, backend: 'web' }],
      backends: [
        {
          name: 'web',
          endpoints: [
            { address: '0:0:0:0:0:0:0:1', port: 8080 },
            { address: '192.0.2.1', port: 80 },
          ],
        },
      ],
    }),
    path: 'spec.backends[0].endpoints[0]',
    says: /is listener "web" of this proxy: .*; .*: the endpoint is left out$/,
  },
  {
    what: 'an invalid annotation key',
    input: manifestWith({ service: { annotations: { 'a b': 'c' } } }),
    path: 'spec.service.annotations[a b]',
    says: /^"a b" is not a label or annotation key, .*; .*: the Service cannot be created with it$/,
  },
];

for (const { what, input, path, says } of STORED)
  test(`a resource stored with ${what} is served completely, with a finding; a file with it is refused`, () => {
    const { balancer, findings, tolerated } = parseL4Balancer(input, 'Report');
    assert.deepEqual(findings, []);
    assert.ok(balancer !== undefined);
    assert.deepEqual(
      tolerated.map((one) => one.path),
      [path],
    );
    assert.match(tolerated[0]?.message ?? '', says);

    const { spec, leftOut } = understand(input, undefined);
    assert.deepEqual(spec, balancer.spec);
    assert.deepEqual(leftOut, []);

    const file = parseL4Balancer(input, 'Refuse');
    assert.equal(file.balancer, undefined);
    assert.deepEqual(
      file.findings.map((one) => one.path),
      [path],
    );
    assert.deepEqual(file.tolerated, []);
  });
