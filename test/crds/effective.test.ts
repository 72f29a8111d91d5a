import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptorsOf } from '../../crds/acceptors.ts';
import { effectiveTuning } from '../../crds/effective.ts';
import { parseL4Balancer } from '../../crds/parse.ts';
import { effectiveResources } from '../../crds/resources.ts';
import { type Loose, manifestWith } from './base-manifest.ts';

const specOf = (fields: Loose) => {
  const { balancer, findings } = parseL4Balancer(manifestWith(fields), 'Refuse');
  assert.deepEqual(findings, []);
  assert.ok(balancer);
  return balancer.spec;
};

const limits = (cpu: string | number): Loose => ({ workload: { resources: { limits: { cpu } } } });

const ACCEPTORS: readonly (readonly [string, Loose, number])[] = [
  ['Restricted', {}, 1],
  ['Tuned', { tuning: { profile: 'Tuned' } }, 8],
  ['a limit of 4', limits(4), 4],
  ['a limit of 3.9', limits('3.9'), 3],
  ['a limit of 2999m', limits('2999m'), 2],
  ['a limit below one core', limits('100m'), 1],
  ['a limit of 1000 cores', limits(1000), 256],
  ['an explicit number', { tuning: { acceptors: 3 }, ...limits(8) }, 3],
];

for (const [what, fields, expected] of ACCEPTORS) {
  test(`with ${what} there are ${expected} acceptors`, () => {
    assert.equal(acceptorsOf(specOf(fields)), expected);
  });
}

const RESOURCES: readonly (readonly [string, Loose, string])[] = [
  ['no values set', {}, '250m 192Mi, 1 512Mi'],
  ['a CPU limit below the profile’s request', { limits: { cpu: '100m' } }, '100m 192Mi, 100m 512Mi'],
  ['a memory limit below the profile’s request', { limits: { memory: '64Mi' } }, '250m 64Mi, 1 64Mi'],
  [
    'a limit equal to the request in a different notation',
    { limits: { cpu: '0.25' } },
    '250m 192Mi, 0.25 512Mi',
  ],
  [
    'values as numbers',
    { requests: { cpu: 2 }, limits: { cpu: 4, memory: 1073741824 } },
    '2 192Mi, 4 1073741824',
  ],
  ['only a request', { requests: { memory: '256Mi' } }, '250m 256Mi, 1 512Mi'],
];

for (const [what, resources, expected] of RESOURCES) {
  test(`with ${what} the resources are ${expected}`, () => {
    const { requests, limits } = effectiveResources(specOf({ workload: { resources } }));
    assert.equal(`${requests.cpu} ${requests.memory}, ${limits.cpu} ${limits.memory}`, expected);
  });
}

test('profile Restricted sets only what Pod Security restricted admits', () => {
  assert.deepEqual(effectiveTuning(specOf({})), {
    acceptors: 1,
    logLevel: 'info',
    sysctls: [
      { name: 'net.ipv4.ip_local_port_range', value: '10240 65535' },
      { name: 'net.ipv4.ip_unprivileged_port_start', value: '0' },
      { name: 'net.ipv4.tcp_fin_timeout', value: '15' },
      { name: 'net.ipv4.tcp_keepalive_time', value: '600' },
    ],
    sysctlMethod: 'PodSpec',
    hostNetwork: false,
    capabilities: [],
    resources: { requests: { cpu: '250m', memory: '192Mi' }, limits: { cpu: '1', memory: '512Mi' } },
  });
});

test('profile Tuned is the production tuning guide', () => {
  assert.deepEqual(effectiveTuning(specOf({ tuning: { profile: 'Tuned' } })), {
    acceptors: 8,
    logLevel: 'error',
    sysctls: [
      { name: 'net.core.somaxconn', value: '65535' },
      { name: 'net.ipv4.ip_local_port_range', value: '10240 65535' },
      { name: 'net.ipv4.ip_unprivileged_port_start', value: '0' },
      { name: 'net.ipv4.tcp_fin_timeout', value: '15' },
      { name: 'net.ipv4.tcp_keepalive_time', value: '600' },
      { name: 'net.ipv4.tcp_tw_reuse', value: '1' },
    ],
    sysctlMethod: 'PodSpec',
    hostNetwork: false,
    capabilities: ['SYS_RESOURCE'],
    fileDescriptors: 1048576,
    resources: { requests: { cpu: '4', memory: '4Gi' }, limits: { cpu: '8', memory: '8Gi' } },
  });
});

test('profile HostNetwork is the guide on the host network, without the sysctl for privileged ports', () => {
  const tuned = effectiveTuning(specOf({ tuning: { profile: 'Tuned' } }));
  const host = effectiveTuning(specOf({ tuning: { profile: 'HostNetwork' } }));
  assert.deepEqual(host, {
    ...tuned,
    hostNetwork: true,
    sysctls: tuned.sysctls.filter(({ name }) => name !== 'net.ipv4.ip_unprivileged_port_start'),
  });
});

test('each knob set overrides the profile, and the others remain', () => {
  const tuning = effectiveTuning(
    specOf({
      tuning: {
        profile: 'Tuned',
        acceptors: 2,
        sysctls: [
          { name: 'net.ipv4.tcp_rmem', value: '4096 131072 6291456' },
          { name: 'net.core.somaxconn', value: '1024' },
        ],
        fileDescriptors: 4096,
        capabilities: ['SYS_RESOURCE', 'IPC_LOCK'],
        logLevel: 'debug',
      },
    }),
  );
  assert.equal(tuning.acceptors, 2);
  assert.equal(tuning.fileDescriptors, 4096);
  assert.equal(tuning.logLevel, 'debug');
  assert.deepEqual(tuning.capabilities, ['IPC_LOCK', 'SYS_RESOURCE']);
  assert.deepEqual(
    tuning.sysctls.map(({ name, value }) => `${name}=${value}`),
    [
      'net.core.somaxconn=1024',
      'net.ipv4.ip_local_port_range=10240 65535',
      'net.ipv4.ip_unprivileged_port_start=0',
      'net.ipv4.tcp_fin_timeout=15',
      'net.ipv4.tcp_keepalive_time=600',
      'net.ipv4.tcp_rmem=4096 131072 6291456',
      'net.ipv4.tcp_tw_reuse=1',
    ],
  );
});

test('an empty list of capabilities overrides those of the profile', () => {
  const { capabilities } = effectiveTuning(specOf({ tuning: { profile: 'Tuned', capabilities: [] } }));
  assert.deepEqual(capabilities, []);
});

test('the order of sysctls does not matter', () => {
  const sysctls = [
    { name: 'net.ipv4.tcp_tw_reuse', value: '2' },
    { name: 'net.core.somaxconn', value: '1024' },
  ];
  assert.deepEqual(
    effectiveTuning(specOf({ tuning: { sysctls } })),
    effectiveTuning(specOf({ tuning: { sysctls: sysctls.toReversed() } })),
  );
});
