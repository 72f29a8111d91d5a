import { type CheckTarget, openConnection } from './connection.ts';
import { establishedCheck } from './established.ts';
import { socketFailure } from './failures.ts';
import type { StartCheck } from './run-check.ts';
import { tlsCheck } from './tls.ts';

/** Succeeds if the endpoint accepts the connection, and agrees upon TLS if its backend speaks it. */
export const tcpCheck = (target: CheckTarget): StartCheck =>
  target.tls === undefined
    ? establishedCheck((end) => openConnection(target, end), 'connect', socketFailure)
    : tlsCheck(target, undefined);
