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
  /** Names of the listeners and backends that are served; undefined if nothing is. */
  readonly served: string | undefined;
  /** Kind, name and path of each part left out, and what replaces it. */
  readonly leftOut: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'only supported parts',
    spec: { listeners: [listener('a', 80)], backends: [backend('web')] },
    served: 'a | web',
    leftOut: [],
  },
  {
    name: 'a listener with an unknown protocol',
    spec: {
      listeners: [listener('q', 80, { protocol: 'QUIC' }), listener('a', 81)],
      backends: [backend('web')],
    },
    served: 'a | web',
    leftOut: ['Listener q at spec.listeners[0].protocol: Nothing'],
  },
  {
    name: 'two listeners on the same port, one of them with an unknown protocol',
    spec: {
      listeners: [listener('q', 80, { protocol: 'QUIC' }), listener('a', 80)],
      backends: [backend('web')],
    },
    served: 'a | web',
    leftOut: ['Listener q at spec.listeners[0].protocol: Nothing'],
  },
  {
    name: 'a backend with an unknown algorithm, which is left out with its listeners',
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
    name: 'a backend with an unknown algorithm, which is left out with a listener that has a route to it',
    spec: {
      listeners: [
        {
          name: 't',
          port: 443,
          tls: { mode: 'Passthrough', routes: [{ backend: 'web', hostnames: ['a'] }, { backend: 'new' }] },
        },
        listener('a', 81),
      ],
      backends: [backend('new', { algorithm: 'Psychic' }), backend('web')],
    },
    served: 'a | web',
    leftOut: [
      'Backend new at spec.backends[0].algorithm: Nothing',
      'Listener t at spec.listeners[0].backend: Nothing',
    ],
  },
  {
    name: 'a health check of an unknown type, without which the backend is not served',
    spec: {
      listeners: [listener('b', 80, { backend: 'new' }), listener('a', 81)],
      backends: [backend('web'), backend('new', { healthCheck: { type: 'Postgres' } })],
    },
    served: 'a | web',
    leftOut: [
      'Backend new at spec.backends[1].healthCheck.type: Nothing',
      'Listener b at spec.listeners[0].backend: Nothing',
    ],
  },
  {
    name: 'a backend with neither service nor endpoints, as a future kind of backend might have',
    spec: {
      listeners: [listener('b', 80, { backend: 'new' }), listener('a', 81)],
      backends: [backend('web'), { name: 'new', dns: { name: 'example.com' } }],
    },
    served: 'a | web',
    leftOut: ['Backend new at spec.backends[1]: Nothing', 'Listener b at spec.listeners[0].backend: Nothing'],
  },
  {
    name: 'a listener without a backend, as a future mode of TLS might have',
    spec: {
      listeners: [{ name: 'tls', port: 443, tls: { mode: 'Offload' } }, listener('a', 81)],
      backends: [backend('web')],
    },
    served: 'a | web',
    leftOut: ['Listener tls at spec.listeners[0].tls.mode: Nothing'],
  },
  {
    name: 'an unknown value in another part, which keeps its last version',
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
    name: 'an unknown value in another part, without a previous version',
    spec: { listeners: [listener('a', 80)], backends: [backend('web')], drain: { delay: 'until-idle' } },
    withoutBefore: true,
    served: 'a | web | delay undefined',
    leftOut: ['Part drain at spec.drain.delay: Default'],
  },
  {
    name: 'an unknown value in a part whose last version conflicts with the rest, so that it gets its default',
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
    name: 'a listener that conflicts with the stand-in for another part, which is not held against it',
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
    name: 'a listener on the default admin port, while the pods of an unknown workload kind have a different one',
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
    name: 'a listener on the default admin port and an unknown workload kind, with a previous version',
    spec: {
      listeners: [listener('a', 9901)],
      backends: [backend('web')],
      workload: { kind: 'Mesh', adminPort: 9905 },
    },
    served: 'a | web',
    leftOut: ['Part workload at spec.workload.kind: Last'],
  },
  {
    name: 'a listener address and an unknown profile',
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
    name: 'a drain delay within the grace period of a workload that is replaced by its default',
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
    name: 'a part whose default conflicts with the rest of the spec',
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
    name: 'more listeners than this version allows',
    spec: {
      listeners: Array.from({ length: 66 }, (_, i) => listener(`l${i}`, 100 + i)),
      backends: [backend('web')],
    },
    served: `${Array.from({ length: 64 }, (_, i) => `l${i}`).join(' ')} | web`,
    leftOut: ['Listener l64 at spec.listeners: Nothing', 'Listener l65 at spec.listeners: Nothing'],
  },
  {
    name: 'more listeners than allowed, all of them unsupported',
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
    name: 'more listeners than allowed, with a single unsupported backend',
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
    name: 'more backends than allowed, all of them unsupported',
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
    name: 'several unknown values in other parts, which keep their last version',
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
    name: 'several unknown values in a part, without a previous version',
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
    name: 'only unsupported listeners',
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
  test(`the supported parts of a resource are served: ${name}`, () => {
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

test('a listener left out because of its backend names that backend', () => {
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

test('200 random valid manifests are understood completely', () => {
  for (let seed = 0; seed < 200; seed++) {
    const manifest = randomManifest(new Random(seed));
    const { spec, leftOut, ignored } = understand(manifest, before);
    assert.deepEqual(spec, parseL4Balancer(manifest, 'Refuse').balancer?.spec, `seed ${seed}`);
    assert.deepEqual([leftOut, ignored], [[], []], `seed ${seed}`);
  }
});

test('what is served of a random mutant parses by itself, and the rest is reported', () => {
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
      // A stand-in is not held against the rest, so the rules may be broken: only the schema is certain to
      // hold.
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

test('an unknown field after a listener that is left out is reported at its original path', () => {
  const listeners = [listener('q', 80, { protocol: 'QUIC' }), listener('a', 81, { shine: 'Bright' })];
  assert.deepEqual(understand(manifestWith({ listeners, backends: [backend('web')] }), before).ignored, [
    'spec.listeners[1].shine',
  ]);
});
