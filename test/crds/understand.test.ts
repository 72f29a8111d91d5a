import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spec as specSchema } from '../../crds/l4balancer.ts';
import { parseL4Balancer } from '../../crds/parse.ts';
import { understand } from '../../crds/understand.ts';
import { type Loose, manifestWith } from './base-manifest.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { randomManifest } from './random-manifest.ts';

const endpoints = [{ address: '192.0.2.1', port: 1 }];
const listener = (name: string, port: number, fields: Loose = {}): Loose => ({
  name,
  port,
  backend: 'web',
  ...fields,
});
const backend = (name: string, fields: Loose = {}): Loose => ({ name, endpoints, ...fields });

const before = parseL4Balancer(
  manifestWith({
    drain: { delay: '9s' },
    listeners: [listener('web', 1024)],
    backends: [backend('web')],
    tuning: { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '100' }] },
  }),
  'Refuse',
).balancer?.spec;
assert.ok(before !== undefined);

interface Case {
  readonly name: string;
  readonly spec: Loose;
  readonly withoutBefore?: true;
  /** Names of the listeners and backends that are served; undefined where nothing is. */
  readonly served: string | undefined;
  /** Kind, name and path of each part left out, and what stands in its place. */
  readonly leftOut: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'nothing that is not understood',
    spec: { listeners: [listener('a', 80)], backends: [backend('web')] },
    served: 'a | web',
    leftOut: [],
  },
  {
    name: 'a listener of an unknown protocol',
    spec: {
      listeners: [listener('q', 80, { protocol: 'QUIC' }), listener('a', 81)],
      backends: [backend('web')],
    },
    served: 'a | web',
    leftOut: ['Listener q at spec.listeners[0].protocol: Nothing'],
  },
  {
    name: 'two that share a port, of which one has an unknown protocol',
    spec: {
      listeners: [listener('q', 80, { protocol: 'QUIC' }), listener('a', 80)],
      backends: [backend('web')],
    },
    served: 'a | web',
    leftOut: ['Listener q at spec.listeners[0].protocol: Nothing'],
  },
  {
    name: 'a backend with an unknown algorithm, which takes its listeners along',
    spec: {
      listeners: [
        listener('b', 80, { backend: 'new' }),
        listener('a', 81),
        listener('c', 82, { backend: 'new' }),
      ],
      backends: [backend('new', { algorithm: 'Psychic' }), backend('web')],
    },
    served: 'a | web',
    leftOut: [
      'Backend new at spec.backends[0].algorithm: Nothing',
      'Listener b at spec.listeners[0].backend: Nothing',
      'Listener c at spec.listeners[2].backend: Nothing',
    ],
  },
  {
    name: 'a health check of an unknown type: the backend is not served without it',
    spec: {
      listeners: [listener('b', 80, { backend: 'new' }), listener('a', 81)],
      backends: [backend('web'), backend('new', { healthCheck: { type: 'ICMP' } })],
    },
    served: 'a | web',
    leftOut: [
      'Backend new at spec.backends[1].healthCheck.type: Nothing',
      'Listener b at spec.listeners[0].backend: Nothing',
    ],
  },
  {
    name: 'a backend with neither service nor endpoints, as one of a new kind has',
    spec: {
      listeners: [listener('b', 80, { backend: 'new' }), listener('a', 81)],
      backends: [backend('web'), { name: 'new', dns: { name: 'example.com' } }],
    },
    served: 'a | web',
    leftOut: ['Backend new at spec.backends[1]: Nothing', 'Listener b at spec.listeners[0].backend: Nothing'],
  },
  {
    name: 'a listener without a backend, as one with routes has',
    spec: {
      listeners: [{ name: 'tls', port: 443, tls: { mode: 'Passthrough' } }, listener('a', 81)],
      backends: [backend('web')],
    },
    served: 'a | web',
    leftOut: ['Listener tls at spec.listeners[0].backend: Nothing'],
  },
  {
    name: 'another part with an unknown word, which stays as it was',
    spec: {
      listeners: [listener('a', 80)],
      backends: [backend('web')],
      drain: { delay: 'until-idle' },
      accessLog: { mode: 'Traced' },
    },
    served: 'a | web | delay 9s | log Off',
    leftOut: ['Part drain at spec.drain.delay: Last', 'Part accessLog at spec.accessLog.mode: Last'],
  },
  {
    name: 'the same at the start, when nothing was understood before',
    spec: { listeners: [listener('a', 80)], backends: [backend('web')], drain: { delay: 'until-idle' } },
    withoutBefore: true,
    served: 'a | web | delay undefined',
    leftOut: ['Part drain at spec.drain.delay: Default'],
  },
  {
    name: 'such a part, of which the last does not go with the rest: it has its default',
    spec: {
      listeners: [listener('a', 80)],
      backends: [backend('web')],
      drain: { delay: 'until-idle' },
      workload: { terminationGracePeriod: '5s' },
    },
    served: 'a | web | delay undefined',
    leftOut: ['Part drain at spec.drain.delay: Default'],
  },
  {
    name: 'a listener that does not go with what stands in for another part, which says nothing of it',
    spec: {
      listeners: [listener('q', 82, { protocol: 'QUIC' }), listener('low', 80), listener('high', 2000)],
      backends: [backend('web')],
      tuning: { profile: 'Psychic' },
    },
    served: 'low high | web',
    leftOut: [
      'Listener q at spec.listeners[0].protocol: Nothing',
      'Part tuning at spec.tuning.profile: Last',
    ],
  },
  {
    name: 'the usual admin port for a listener, where the pods of a newer kind have another',
    spec: {
      listeners: [listener('a', 9901)],
      backends: [backend('web')],
      workload: { kind: 'Mesh', adminPort: 9905 },
    },
    withoutBefore: true,
    served: 'a | web',
    leftOut: ['Part workload at spec.workload.kind: Default'],
  },
  {
    name: 'the same where the kind was understood last',
    spec: {
      listeners: [listener('a', 9901)],
      backends: [backend('web')],
      workload: { kind: 'Mesh', adminPort: 9905 },
    },
    served: 'a | web',
    leftOut: ['Part workload at spec.workload.kind: Last'],
  },
  {
    name: 'an address of the node, where the profile is a newer one',
    spec: {
      listeners: [listener('a', 80, { address: '192.0.2.9' })],
      backends: [backend('web')],
      tuning: { profile: 'NodeNetwork' },
    },
    withoutBefore: true,
    served: 'a | web',
    leftOut: ['Part tuning at spec.tuning.profile: Default'],
  },
  {
    name: 'a delay within a grace period that is not understood',
    spec: {
      listeners: [listener('a', 80)],
      backends: [backend('web')],
      workload: { kind: 'Mesh', terminationGracePeriod: '300s' },
      drain: { delay: '90s' },
    },
    withoutBefore: true,
    served: 'a | web | delay 90s',
    leftOut: ['Part workload at spec.workload.kind: Default'],
  },
  {
    name: 'a default that the rest of the spec does not go with',
    spec: {
      listeners: [listener('a', 20_000)],
      backends: [backend('web')],
      workload: { kind: 'Mesh', adminPort: 20_001 },
      tuning: { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '20000' }] },
    },
    withoutBefore: true,
    served: 'a | web',
    leftOut: ['Part workload at spec.workload.kind: Default'],
  },
  {
    name: 'more listeners than this version has room for',
    spec: {
      listeners: Array.from({ length: 66 }, (_, i) => listener(`l${i}`, 100 + i)),
      backends: [backend('web')],
    },
    served: `${Array.from({ length: 64 }, (_, i) => `l${i}`).join(' ')} | web`,
    leftOut: ['Listener l64 at spec.listeners: Nothing', 'Listener l65 at spec.listeners: Nothing'],
  },
  {
    name: 'more listeners than there is room for, none of which is understood',
    spec: {
      listeners: Array.from({ length: 65 }, (_, i) => listener(`l${i}`, 100 + i, { protocol: 'QUIC' })),
      backends: [backend('web')],
    },
    served: undefined,
    leftOut: [
      'Listener l64 at spec.listeners: Nothing',
      ...Array.from({ length: 64 }, (_, i) => `Listener l${i} at spec.listeners[${i}].protocol: Nothing`),
    ],
  },
  {
    name: 'more listeners than there is room for, whose one backend is not understood',
    spec: {
      listeners: Array.from({ length: 65 }, (_, i) => listener(`l${i}`, 100 + i)),
      backends: [backend('web', { algorithm: 'Psychic' })],
    },
    served: undefined,
    leftOut: [
      'Listener l64 at spec.listeners: Nothing',
      'Backend web at spec.backends[0].algorithm: Nothing',
      ...Array.from({ length: 64 }, (_, i) => `Listener l${i} at spec.listeners[${i}].backend: Nothing`),
    ],
  },
  {
    name: 'more backends than there is room for, none of which is understood',
    spec: {
      listeners: [listener('a', 80, { backend: 'b0' })],
      backends: Array.from({ length: 65 }, (_, i) => backend(`b${i}`, { algorithm: 'Psychic' })),
    },
    served: undefined,
    leftOut: [
      'Backend b64 at spec.backends: Nothing',
      'Backend b0 at spec.backends[0].algorithm: Nothing',
      'Listener a at spec.listeners[0].backend: Nothing',
      ...Array.from(
        { length: 63 },
        (_, i) => `Backend b${i + 1} at spec.backends[${i + 1}].algorithm: Nothing`,
      ),
    ],
  },
  {
    name: 'another part with several unknown words, which stays as it was',
    spec: {
      listeners: [listener('a', 2000)],
      backends: [backend('web')],
      drain: { delay: 'until-idle', spread: 'Evenly' },
      tuning: { profile: 'Psychic', logLevel: 'trace', acceptors: 'All' },
    },
    served: 'a | web | delay 9s',
    leftOut: ['Part tuning at spec.tuning.profile: Last', 'Part drain at spec.drain.delay: Last'],
  },
  {
    name: 'such a part at the start',
    spec: {
      listeners: [listener('a', 80)],
      backends: [backend('web')],
      drain: { delay: 'until-idle', spread: 'Evenly' },
    },
    withoutBefore: true,
    served: 'a | web | delay undefined',
    leftOut: ['Part drain at spec.drain.delay: Default'],
  },
  {
    name: 'no listener that is understood',
    spec: { listeners: [listener('q', 80, { protocol: 'QUIC' })], backends: [backend('web')] },
    served: undefined,
    leftOut: ['Listener q at spec.listeners[0].protocol: Nothing'],
  },
  {
    name: 'no lists',
    spec: { listeners: 7 },
    served: undefined,
    leftOut: ['Spec  at spec.listeners: Nothing'],
  },
];

for (const { name, spec, withoutBefore, served, leftOut } of CASES)
  test(`of a resource with ${name}`, () => {
    const input = { ...manifestWith({}), spec };
    const found = understand(input, withoutBefore ? undefined : before);
    assert.deepEqual(
      found.leftOut.map((one) => `${one.kind} ${one.name} at ${one.path}: ${one.instead}`),
      leftOut,
    );
    const [listeners, backends, ...parts] = served?.split(' | ') ?? [];
    assert.equal(found.spec?.listeners.map((one) => one.name).join(' '), listeners);
    assert.equal(found.spec?.backends.map((one) => one.name).join(' '), backends);
    for (const part of parts) {
      const [what, value] = part.split(' ');
      assert.equal(String(what === 'delay' ? found.spec?.drain.delay : found.spec?.accessLog.mode), value);
    }
  });

test('what a listener goes with is told of it', () => {
  const { leftOut } = understand(
    manifestWith({ backends: [backend('web', { algorithm: 'Psychic' })] }),
    before,
  );
  assert.deepEqual(
    leftOut.map(({ kind, withBackend }) => [kind, withBackend]),
    [
      ['Backend', undefined],
      ['Listener', 'web'],
    ],
  );
});

test('200 random good manifests are understood whole', () => {
  for (let seed = 0; seed < 200; seed++) {
    const manifest = randomManifest(new Random(seed));
    const { spec, leftOut, ignored } = understand(manifest, before);
    assert.deepEqual(spec, parseL4Balancer(manifest, 'Refuse').balancer?.spec, `seed ${seed}`);
    assert.deepEqual([leftOut, ignored], [[], []], `seed ${seed}`);
  }
});

test('of rubbish at any one place what is served parses by itself, and what is not is told', () => {
  let partly = 0;
  for (let seed = 0; seed < 200; seed++) {
    const random = new Random(seed);
    const manifest = randomManifest(random);
    for (let i = 0; i < 10; i++) {
      const { mutant, at } = mutate(manifest, random);
      const where = `seed ${seed} at ${at.join('.')}`;
      const { spec, leftOut } = understand(mutant, before);
      const whole = parseL4Balancer(mutant, 'Report');
      assert.equal(leftOut.length === 0, whole.balancer !== undefined, where);
      if (spec === undefined) continue;
      if (leftOut.length > 0) partly += 1;
      // By what stands in for a part nothing else is judged: only the schema holds.
      if (leftOut.some(({ kind }) => kind === 'Part')) {
        assert.ok(specSchema.safeParse(spec).success, where);
        const isInList = at[0] === 'listeners' || at[0] === 'backends';
        assert.ok(isInList || leftOut.every(({ kind }) => kind === 'Part'), where);
      } else {
        const { findings, ignored } = parseL4Balancer({ ...mutant, spec }, 'Report');
        assert.deepEqual([findings, ignored], [[], []], where);
      }
      const gone = leftOut.filter(({ kind }) => kind === 'Listener').length;
      assert.equal(
        spec.listeners.length + gone,
        (mutant.spec as { listeners: unknown[] }).listeners.length,
        where,
      );
    }
  }
  assert.ok(partly > 400, `only ${partly} of 2000 were served in part`);
});

test('an unknown field behind a listener that is left out is told where it is written', () => {
  const listeners = [listener('q', 80, { protocol: 'QUIC' }), listener('a', 81, { shine: 'Bright' })];
  assert.deepEqual(understand(manifestWith({ listeners, backends: [backend('web')] }), before).ignored, [
    'spec.listeners[1].shine',
  ]);
});
