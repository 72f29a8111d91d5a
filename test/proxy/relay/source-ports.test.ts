import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEEDS_OWN_NETWORK, runInOwnNetwork } from '../../program/own-network.ts';

const PROGRAM = new URL('./source-ports-program.ts', import.meta.url).pathname;

/**
 * A network namespace with 32 source ports, whose kernel does not reuse those in TIME_WAIT: a small model of
 * 28,232 ports and a minute of short connections to one endpoint in production.
 */
const PREPARE = `
echo "40000 40031" > /proc/sys/net/ipv4/ip_local_port_range
echo 0 > /proc/sys/net/ipv4/tcp_tw_reuse
`;

/** Runs the program in that namespace; returns what it prints. */
const runWithFewPorts = (scenario: 'Short' | 'Held') =>
  runInOwnNetwork(PROGRAM, { prepare: PREPARE, args: [scenario] }) as {
    served: number;
    reasons: Record<string, number>;
  };

test(
  'many more clients than source ports are all served, although they end their streams first',
  NEEDS_OWN_NETWORK,
  () => {
    const { served, reasons } = runWithFewPorts('Short');
    assert.deepEqual({ served, noSourcePort: reasons.NoSourcePort }, { served: 400, noSourcePort: 0 });
  },
);

test(
  'when open connections use every source port, the close reason is that, and not the endpoint or the retry budget',
  NEEDS_OWN_NETWORK,
  () => {
    const { served, reasons } = runWithFewPorts('Held');
    const { NoSourcePort, ConnectFailed, RetryBudgetSpent } = reasons;
    assert.deepEqual(
      { served, NoSourcePort, ConnectFailed, RetryBudgetSpent },
      { served: 32, NoSourcePort: 8, ConnectFailed: 0, RetryBudgetSpent: 0 },
    );
  },
);
