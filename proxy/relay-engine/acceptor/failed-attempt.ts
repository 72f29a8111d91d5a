import type { ConnectFailure } from '../../engine/connect-failure.ts';
import type { Acceptor } from './context.ts';
import { leaveEndpoint } from './leave-endpoint.ts';

/** Counts a failure, leaves the endpoint and avoids it for this connection from now on. */
export const noteFailure = (acceptor: Acceptor, connection: number, failure: ConnectFailure): void => {
  const { connections, counters } = acceptor;
  const slot = connections.endpointSlot[connection] as number;
  counters.endpointFailed(connections.backendSlot[connection] as number, slot, failure);
  leaveEndpoint(acceptor, connection);
  connections.failedEndpoint[connection] = slot;
  connections.portless[connection] = failure === 'NoSourcePort' ? 1 : 0;
  const tried = connections.tried.get(connection);
  if (tried === undefined) connections.tried.set(connection, [slot]);
  else tried.push(slot);
};
