import * as z from 'zod';
import { count, list, oneOf, text } from './fields.ts';
import { OPEN_PHASES } from './open-phases.ts';
import { status } from './status.ts';

const openConnection = z.object({
  client: z
    .object({
      address: text(45).describe('Its address: the one that a PROXY header names, if there is one.'),
      port: z.int().min(0).max(65_535).describe('Its port.'),
    })
    .describe('The client.'),
  listener: text(63).exactOptional().describe('Name of the listener; absent if it was removed long ago.'),
  backend: text(63).exactOptional().describe('Name of the backend; absent before it is known.'),
  endpoint: text(64)
    .exactOptional()
    .describe(
      'Address and port of the endpoint; absent before one is picked. IPv6 addresses are in brackets.',
    ),
  phase: oneOf(OPEN_PHASES, 16).describe('How far it has got.'),
  ageMs: count('ms').describe('Time since it was accepted.'),
  idleMs: count('ms').describe('Time since bytes moved last; before any did, since it came this far.'),
  receivedBytes: count('bytes').describe('Bytes from the client.'),
  sentBytes: count('bytes').describe('Bytes to the client.'),
  serverName: text(255)
    .exactOptional()
    .describe(
      'The server that the client names in TLS; absent if it names none, or the listener does not read it.',
    ),
});

/** The answer on /connections: connections that are open now. Fields are only ever added. */
export const connections = z.object({
  reportVersion: status.shape.reportVersion,
  version: status.shape.version,
  matched: count('connections').describe('Open connections that the filters select, listed or not.'),
  connections: list(openConnection).describe('Those that come first, in the order that was asked for.'),
});

export type Connections = z.input<typeof connections>;
export type OpenConnectionReport = z.output<typeof openConnection>;
