import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectiveTuning } from '../../../crds/effective.ts';
import { assignSysctls, inPodSpec } from '../../../operator/sysctls/assign-sysctls.ts';
import { isSafe } from '../../../operator/sysctls/safe-sysctls.ts';
import { balancer } from '../owner.ts';

/** The first minor version in which a kubelet allows the sysctl by default. */
const SINCE: readonly (readonly [string, number | undefined])[] = [
  ['net.core.somaxconn', undefined],
  ['net.ipv4.tcp_tw_reuse', undefined],
  ['net.core.rmem_max', undefined],
  ['kernel.shmmax', undefined],
  ['kernel.shm_rmid_forced', 4],
  ['net.ipv4.ip_local_port_range', 4],
  ['net.ipv4.ip_unprivileged_port_start', 22],
  ['net.ipv4.ip_local_reserved_ports', 27],
  ['net.ipv4.tcp_fin_timeout', 29],
  ['net.ipv4.tcp_keepalive_time', 29],
  ['net.ipv4.tcp_keepalive_intvl', 29],
  ['net.ipv4.tcp_keepalive_probes', 29],
  ['net.ipv4.tcp_rmem', 32],
  ['net.ipv4.tcp_wmem', 32],
];

for (const [name, since] of SINCE)
  test(`${name} is ${since === undefined ? 'never safe' : `safe since 1.${since}`}`, () => {
    const safe = (minor: number): boolean => isSafe(name, { major: 1, minor });
    if (since === undefined) assert.equal(safe(99), false);
    else assert.deepEqual([safe(since - 1), safe(since), safe(since + 20)], [false, true, true]);
    assert.equal(isSafe(name, { major: 2, minor: 0 }), since !== undefined);
  });

const assigned = (tuning: object, minor: number) =>
  assignSysctls(effectiveTuning(balancer({ tuning }).spec), { major: 1, minor });
const names = (list: readonly { readonly name: string }[]) =>
  list.map(({ name }) => name.replace(/^net\./, ''));

const GUIDE = ['core.somaxconn', 'ipv4.tcp_tw_reuse'];
const KEEPALIVE = ['ipv4.tcp_fin_timeout', 'ipv4.tcp_keepalive_time'];
const PORTS = ['ipv4.ip_local_port_range', 'ipv4.ip_unprivileged_port_start'];

const PLACES: readonly (readonly [string, object, number, readonly (readonly string[])[]])[] = [
  ['Restricted on 1.34', {}, 34, [[...PORTS, ...KEEPALIVE], [], [], []]],
  ['Restricted on 1.28', {}, 28, [PORTS, KEEPALIVE, [], []]],
  ['Tuned', { profile: 'Tuned' }, 34, [[...PORTS, ...KEEPALIVE], GUIDE, [], []]],
  [
    'Tuned through an init container',
    { profile: 'Tuned', sysctlMethod: 'InitContainer' },
    34,
    [[...PORTS, ...KEEPALIVE], [], GUIDE, []],
  ],
  [
    'HostNetwork',
    { profile: 'HostNetwork', sysctls: [{ name: 'kernel.shmmax', value: '1' }] },
    34,
    [[], ['kernel.shmmax'], [], [GUIDE[0] ?? '', PORTS[0] ?? '', ...KEEPALIVE, GUIDE[1] ?? '']],
  ],
];

for (const [what, tuning, minor, [safe, unsafe, written, node]] of PLACES)
  test(`each sysctl is assigned to who sets it: ${what}`, () => {
    const places = assigned(tuning, minor);
    assert.deepEqual(
      {
        safe: names(places.safe),
        unsafe: names(places.unsafe),
        written: names(places.written),
        node: names(places.node),
      },
      { safe, unsafe, written, node },
    );
  });

test('the pod’s spec has safe and unsafe sysctls together, sorted by name', () => {
  const list = names(inPodSpec(assigned({ profile: 'Tuned' }, 34)));
  assert.deepEqual(list, [...list].sort());
  assert.equal(list.length, 6);
});
