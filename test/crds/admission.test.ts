import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { parse as parseYaml } from 'yaml';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { installDefinition } from '../../cluster/control-plane/definition.ts';
import { DURATION_FORM } from '../../crds/duration.ts';
import { parseL4Balancer } from '../../crds/parse.ts';
import { SPEC_SCHEMA } from '../../crds/schemas.ts';
import type { Structural } from '../../crds/structural.ts';
import { type Answer, DryRun } from './api-server.ts';
import { BAD_MANIFESTS } from './bad/all.ts';
import { type Loose, manifest, manifestWith } from './base-manifest.ts';
import { GOOD_MANIFESTS } from './good-manifests.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { randomManifest } from './random-manifest.ts';

const SAMPLES = new URL('../../crds/samples/', import.meta.url);

let cluster: ControlPlane;
let server: DryRun;

before(async () => {
  cluster = await startControlPlane();
  await installDefinition(cluster);
  server = new DryRun(cluster.kubeconfig);
});

after(async () => {
  server?.close();
  await cluster?.stop();
});

test('the API server refuses every bad manifest at the same path as the parser, with the expected message', async (t) => {
  for (const { title, input, path, server: expected } of BAD_MANIFESTS) {
    await t.test(title, async () => {
      const { accepted, causes } = await server.create(input);
      assert.equal(accepted, false);
      const there = causes.filter(({ field }) => isAt(field, path));
      assert.ok(
        there.some(({ field, message }) => expected.test(`${field} ${message}`)),
        JSON.stringify(causes, null, 1),
      );
    });
  }
});

test('the API server accepts every manifest that is just valid', async (t) => {
  for (const [title, input] of Object.entries(GOOD_MANIFESTS)) {
    await t.test(title, async () => {
      await agree(input, title);
      assert.deepEqual(parseL4Balancer(input, 'Refuse').findings, []);
    });
  }
});

for (const name of readdirSync(SAMPLES)) {
  test(`the API server accepts ${name} and stores the defaults that the parser fills in`, async () => {
    const sample: unknown = parseYaml(readFileSync(new URL(name, SAMPLES), 'utf8'));
    const { accepted, causes, body } = await server.create(sample);
    assert.ok(accepted, JSON.stringify(causes));
    assert.deepEqual(parseL4Balancer(sample, 'Refuse').balancer?.spec, body.spec);
  });
}

/** Paths of all durations in the spec. */
const durations = (
  schema: Structural,
  path: readonly (string | 0)[] = [],
): readonly (readonly (string | 0)[])[] => [
  ...(schema.pattern === DURATION_FORM ? [path] : []),
  ...Object.entries(schema.properties ?? {}).flatMap(([name, part]) => durations(part, [...path, name])),
  ...(schema.items === undefined ? [] : durations(schema.items, [...path, 0])),
];

/** What objects must have, besides a duration. */
const REQUIRED: Loose = { otlp: { endpoint: 'http://collector:4318' } };

test('the API server explains for every duration field what a duration is, in terms of this resource', async (t) => {
  const paths = durations(SPEC_SCHEMA);
  assert.ok(paths.length >= 10);
  for (const path of paths)
    await t.test(path.join('.'), async () => {
      const input = manifest((spec) => {
        let parent = spec;
        for (const step of path.slice(0, -1)) {
          const next = (parent[step] ?? REQUIRED[step] ?? {}) as Loose;
          parent[step] = next;
          parent = next;
        }
        parent[path.at(-1) ?? ''] = '1d';
      });
      const { accepted, causes } = await server.create(input);
      assert.equal(accepted, false);
      const text = JSON.stringify(causes);
      assert.match(text, /\\"1d\\" is not a duration: write numbers with h, m, s or ms, .*a day is 24h/);
      assert.doesNotMatch(text, /google|protobuf|overload/);
    });
});

test('null is treated as an omitted field, as by the API server', async () => {
  const input = manifestWith({
    listeners: [{ name: 'web', port: 8080, backend: 'web', timeouts: null, protocol: null }],
    backends: [{ name: 'web', service: null, endpoints: [{ address: '192.0.2.1', port: 80, weight: null }] }],
    tuning: { acceptors: null, profile: null },
    workload: { nodeSelector: { a: null }, affinity: { nodeAffinity: { kept: null } } },
    service: null,
  });
  const { accepted, causes, body } = await server.create(input);
  assert.ok(accepted, JSON.stringify(causes));
  assert.deepEqual(parseL4Balancer(input, 'Refuse').balancer?.spec, body.spec);
});

test('parser and API server agree on 200 random manifests, and on three mutants of each', async () => {
  let refused = 0;
  for (let seed = 0; seed < 200; seed++) {
    const random = new Random(seed);
    const good = randomManifest(random);
    await agree(good, `seed ${seed}`);
    for (let i = 0; i < 3; i++) {
      const { mutant, at } = mutate(good, random);
      const accepted = await agree(mutant, `seed ${seed}, ${at.join('.')}: ${JSON.stringify(mutant.spec)}`);
      if (!accepted) refused++;
    }
  }
  assert.ok(refused > 300, `only ${refused} of 600 mutants were refused: too few of them are invalid`);
});

test('kubectl explains the listeners', async () => {
  const text = await cluster.run(['explain', 'l4b.spec.listeners']);
  assert.match(text, /Ports that clients connect to\./);
  assert.match(
    text,
    /port\t<integer> -required-\n +Port that clients connect to\. With each protocol it must be unique among the\s+listeners/,
  );
  assert.match(text, /backend\t<string>\n +Name of the entry of spec\.backends/);
  assert.match(text, /protocol\t<string>\n +enum: TCP, UDP\n/);
  const timeouts = await cluster.run(['explain', 'l4b.spec.listeners.timeouts']);
  assert.match(timeouts, /idle\t<string>/);
});

test('kubectl lists the columns of the resource by its short name, and lists the resource in "all"', async () => {
  await cluster.run(['apply', '-f', new URL('minimal.yaml', SAMPLES).pathname]);
  const status = {
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Available',
        message: 'Serving.',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
    replicas: 2,
    replicaSummary: '2/2',
    selector: 'app.kubernetes.io/instance=edge',
    acceptors: 8,
    addresses: [{ type: 'IPAddress', value: '203.0.113.7' }],
  };
  const patch = [
    'patch',
    'l4b',
    'edge',
    '--subresource=status',
    '--type=merge',
    '-p',
    JSON.stringify({ status }),
  ];
  await cluster.run(patch);
  const [head = '', row = ''] = (await cluster.run(['get', 'l4b', '-o', 'wide'])).split('\n');
  assert.deepEqual(head.trim().split(/\s+/), [
    'NAME',
    'READY',
    'REASON',
    'REPLICAS',
    'ACCEPTORS',
    'ADDRESS',
    'PROFILE',
    'MESSAGE',
    'AGE',
  ]);
  assert.match(row, /^edge +True +Available +2\/2 +8 +203\.0\.113\.7 +Restricted +Serving\. +/);
  assert.match(await cluster.run(['get', 'all', '-o', 'name']), /l4balancer\.l4balancer\.dev\/edge/);
});

test('a resource without replicas can be scaled by an autoscaler', async () => {
  const input = manifest(() => {}, { name: 'unscaled' });
  assert.doesNotMatch(JSON.stringify(input), /replicas/);
  await cluster.run(['apply', '--server-side', '-f', '-'], JSON.stringify(input));
  const path = '/apis/l4balancer.dev/v1alpha1/namespaces/default/l4balancers/unscaled/scale';
  const scale = JSON.parse(await cluster.run(['get', '--raw', path]));
  assert.equal(scale.kind, 'Scale');
  assert.deepEqual(scale.spec, { replicas: 1 });
  await cluster.run(['scale', 'l4b/unscaled', '--replicas=4']);
  assert.deepEqual(JSON.parse(await cluster.run(['get', '--raw', path])).spec, { replicas: 4 });
  // Applying the resource again without the field does not reset it.
  await cluster.run(['apply', '--server-side', '-f', '-'], JSON.stringify(input));
  assert.deepEqual(JSON.parse(await cluster.run(['get', '--raw', path])).spec, { replicas: 4 });
});

test('kubectl scales the resource', async () => {
  await cluster.run(['apply', '-f', new URL('redis.yaml', SAMPLES).pathname]);
  await cluster.run(['scale', 'l4b/redis', '--replicas=3']);
  const path = 'jsonpath={.spec.workload.replicas}';
  assert.equal(await cluster.run(['get', 'l4b', 'redis', '-o', path]), '3');
});

/** Returns whether both accept the manifest. Throws if they disagree, or fill in different defaults. */
const agree = async (manifest: Loose, what: string): Promise<boolean> => {
  const answer = await server.create(manifest);
  const { balancer, findings } = parseL4Balancer(manifest, 'Refuse');
  assert.equal(findings.length === 0, answer.accepted, difference(what, answer, findings));
  if (answer.accepted) assert.deepEqual(balancer?.spec, answer.body.spec, what);
  return answer.accepted;
};

const difference = (what: string, { accepted, causes }: Answer, findings: readonly unknown[]): string =>
  `${what}\nthe API server ${accepted ? 'accepts it' : `reports ${JSON.stringify(causes)}`}\nthe parser reports ${JSON.stringify(findings)}`;

/**
 * Whether the API server reports `path` or an ancestor of it; for unknown fields it reports no field at all.
 */
const isAt = (field: string, path: string): boolean =>
  field === '' || path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`);
