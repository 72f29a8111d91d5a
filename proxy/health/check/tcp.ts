import { openConnection } from './connection.ts';
import { establishedCheck } from './established.ts';
import { socketFailure } from './failures.ts';
import type { Begin } from './run-check.ts';

/** The connection is accepted. */
export const tcpCheck = (address: string, port: number): Begin =>
  establishedCheck((end) => openConnection(address, port, end), 'connect', socketFailure);
