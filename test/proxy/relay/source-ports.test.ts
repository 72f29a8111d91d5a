import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEEDS_OWN_NETWORK, runInOwnNetwork } from '../../program/own-network.ts';

const PROGRAM = new URL('./source-ports-program.ts', import.meta.url).pathname;

/**
 * A network namespace with 32 source ports, where the kernel does not use those in TIME_WAIT again: what 28,232 ports and a minute of
 * short connections are to an endpoint in the field.
 */
const PREPARE = `
echo "40000 40031" > /proc/sys/net/ipv4/ip_local_port_range
echo 0 > /proc/sys/net/ipv4/tcp_tw_reuse
`;

/** Runs the program where there are few ports; returns what it prints. */
const runWithFewPorts = (scenario: 'Short' | 'Held') =>
  runInOwnNetwork(PROGRAM, { prepare: PREPARE, args: [scenario] }) as {
    served: number;
    reasons: Record<string, number>;
  };

test(
  'clients that end first, many more than there are source ports, are all served',
  NEEDS_OWN_NETWORK,
  () => {
    const { served, reasons } = runWithFewPorts('Short');
    assert.deepEqual({ served, noSourcePort: reasons.NoSourcePort }, { served: 400, noSourcePort: 0 });
  },
);

test(
  'where open connections hold every source port, that is the reason, and neither the endpoint nor the retry budget',
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
