import { type CheckTarget, openConnection } from './connection.ts';
import { establishedCheck } from './established.ts';
import { socketFailure } from './failures.ts';
import type { StartCheck } from './run-check.ts';

/** Succeeds if the endpoint accepts the connection. */
export const tcpCheck = (target: CheckTarget): StartCheck =>
  establishedCheck((end) => openConnection(target, end), 'connect', socketFailure);
