import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const PROGRAM = new URL('./vanishing-program.ts', import.meta.url).pathname;
const PREPARE = `
ip link set lo up
echo 2 > /proc/sys/net/ipv4/tcp_keepalive_time
echo 1 > /proc/sys/net/ipv4/tcp_keepalive_intvl
echo 1 > /proc/sys/net/ipv4/tcp_keepalive_probes
`;
const canUnshare = spawnSync('unshare', ['--net', 'true']).status === 0;

test('a peer that vanishes is noticed by keepalive, of the resource or of the kernel, and the other side learns of it by a reset', {
  skip: canUnshare ? false : 'needs root, for a network namespace of its own',
}, () => {
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--net', 'sh', '-c', `${PREPARE} exec "$0" "$@"`, process.execPath, PROGRAM],
    { encoding: 'utf8', timeout: 60_000 },
  );
  assert.equal(status, 0, stderr);
  const client = ['ECONNRESET', 'ClientTimedOut Relaying'];
  const endpoint = ['ECONNRESET', 'EndpointTimedOut Relaying'];
  assert.deepEqual(JSON.parse(stdout), { client, endpoint, sysctls: [client, endpoint] });
});
