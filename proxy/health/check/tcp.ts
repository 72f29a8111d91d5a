import { openConnection } from './connection.ts';
import { establishedCheck } from './established.ts';
import { socketFailure } from './failures.ts';
import type { StartCheck } from './run-check.ts';

/** Succeeds if the endpoint accepts the connection. */
export const tcpCheck = (address: string, port: number): StartCheck =>
  establishedCheck((end) => openConnection(address, port, end), 'connect', socketFailure);
