import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const PROGRAM = new URL('./source-ports-program.ts', import.meta.url).pathname;

/**
 * A network namespace with 32 source ports, where the kernel does not use those in TIME_WAIT again: what 28,232 ports and a minute of
 * short connections are to an endpoint in the field.
 */
const PREPARE = `
ip link set lo up
echo "40000 40031" > /proc/sys/net/ipv4/ip_local_port_range
echo 0 > /proc/sys/net/ipv4/tcp_tw_reuse
`;

const canUnshare = spawnSync('unshare', ['--net', 'true']).status === 0;

/** Runs the program where there are few ports; returns what it prints. */
const runWithFewPorts = (scenario: 'Short' | 'Held') => {
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--net', 'sh', '-c', `${PREPARE} exec "$0" "$@"`, process.execPath, PROGRAM, scenario],
    { encoding: 'utf8', timeout: 60_000 },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as { served: number; reasons: Record<string, number> };
};

test('clients that end first, many more than there are source ports, are all served', {
  skip: canUnshare ? false : 'needs root, for a network namespace of its own',
}, () => {
  const { served, reasons } = runWithFewPorts('Short');
  assert.deepEqual({ served, noSourcePort: reasons.NoSourcePort }, { served: 400, noSourcePort: 0 });
});

test('where open connections hold every source port, that is the reason, and neither the endpoint nor the retry budget', {
  skip: canUnshare ? false : 'needs root, for a network namespace of its own',
}, () => {
  const { served, reasons } = runWithFewPorts('Held');
  const { NoSourcePort, ConnectFailed, RetryBudgetSpent } = reasons;
  assert.deepEqual(
    { served, NoSourcePort, ConnectFailed, RetryBudgetSpent },
    { served: 32, NoSourcePort: 8, ConnectFailed: 0, RetryBudgetSpent: 0 },
  );
});
