import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLIENT, ENDPOINT, RELAYING, SHUT } from '../../../../proxy/relay-engine/acceptor/connections.ts';
import type { Acceptor } from '../../../../proxy/relay-engine/acceptor/context.ts';
import { claimDescriptor } from '../../../../proxy/relay-engine/acceptor/descriptors.ts';
import { closeConnection, resetBoth } from '../../../../proxy/relay-engine/acceptor/ending.ts';
import { ENDPOINT_TOTALS, endpointTotalsAt } from '../../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { AF_INET, SOCK_STREAM } from '../../../../proxy/sys/sys.ts';
import { acceptorForTest } from './acceptor.ts';

const sys = libc();

/** A relayed connection whose client has ended: our end of stream was sent to the endpoint. */
const relaying = (acceptor: Acceptor): number => {
  const { connections } = acceptor;
  const connection = connections.take();
  for (const side of [CLIENT, ENDPOINT]) {
    const fd = sys.socket(AF_INET, SOCK_STREAM, 0);
    claimDescriptor(acceptor, fd);
    connections.fd[connection * 2 + side] = fd;
  }
  connections.listenerSlot[connection] = 0;
  connections.endpointSlot[connection] = 0;
  acceptor.counters.takeEndpoint(0, 0);
  connections.flags[connection * 2 + ENDPOINT] = SHUT;
  connections.state[connection] = RELAYING;
  return connection;
};

const portsKept = ({ shared }: Acceptor): number =>
  shared.totals[endpointTotalsAt(0, 0) + ENDPOINT_TOTALS.PortsKept] as number;

test('a socket that ended first keeps its source port, and one that is reset does not', () => {
  using acceptor = acceptorForTest(sys);
  closeConnection(acceptor, relaying(acceptor), 'Finished');
  assert.equal(portsKept(acceptor), 1);
  resetBoth(acceptor, relaying(acceptor), 'ClientReset');
  assert.equal(portsKept(acceptor), 1);
});

test('a socket that could not be reset counts as one that keeps its port', () => {
  using acceptor = acceptorForTest(sys);
  const connection = relaying(acceptor);
  const stubborn = { ...acceptor, sys: { ...sys, resetOnClose: () => -12 } };
  resetBoth(stubborn, connection, 'ClientReset');
  assert.equal(portsKept(acceptor), 1);
});
