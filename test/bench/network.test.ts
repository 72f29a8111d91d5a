import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bridgeBatch } from './network/namespaces.ts';
import { settingName, settingsFor } from './network/setting.ts';

test('the settings are the requested ones, and there is only one on loopback', () => {
  const cases = [
    ['loopback', 'both', ['loopback']],
    ['namespaces', 'guide', ['namespaces, guide sysctls']],
    ['both', 'default', ['loopback', 'namespaces, default sysctls']],
    ['both', 'both', ['loopback', 'namespaces, default sysctls', 'namespaces, guide sysctls']],
  ] as const;
  for (const [place, sysctls, expected] of cases)
    assert.deepEqual(settingsFor(place, sysctls).map(settingName), expected);
});

test('every role is connected to the bridge by a veth pair whose other end is in its namespace', () => {
  const batch = bridgeBatch({ client: 11, balancer: 12, endpoint: 13 }).split('\n');
  assert.deepEqual(batch.slice(0, 2), ['link add br0 type bridge', 'link set br0 up']);
  for (const [role, pid] of [
    ['client', 11],
    ['balancer', 12],
    ['endpoint', 13],
  ] as const) {
    assert.ok(batch.includes(`link add ${role} type veth peer name e0 netns ${pid}`));
    assert.ok(batch.includes(`link set ${role} master br0 up`));
  }
});
