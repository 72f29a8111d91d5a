import type { ConnectFailure } from '../../engine/connect-failure.ts';
import { FAILED_FOR_PORT, FAILED_OTHERWISE, FAILED_UNVERIFIED } from './connections.ts';
import type { Acceptor } from './context.ts';
import { isRefusedCertificate } from './endpoint-tls-failure.ts';
import { leaveEndpoint } from './leave-endpoint.ts';

const kindOf = (failure: ConnectFailure): number => {
  if (failure === 'NoSourcePort') return FAILED_FOR_PORT;
  return isRefusedCertificate(failure) ? FAILED_UNVERIFIED : FAILED_OTHERWISE;
};

/** Counts a failure, leaves the endpoint and avoids it for this connection from now on. */
export const noteFailure = (acceptor: Acceptor, connection: number, failure: ConnectFailure): void => {
  const { connections, counters } = acceptor;
  const slot = connections.endpointSlot[connection] as number;
  counters.endpointFailed(connections.backendSlot[connection] as number, slot, failure);
  leaveEndpoint(acceptor, connection);
  connections.failedEndpoint[connection] = slot;
  connections.lastFailure[connection] = kindOf(failure);
  const tried = connections.tried.get(connection);
  if (tried === undefined) connections.tried.set(connection, [slot]);
  else tried.push(slot);
};
