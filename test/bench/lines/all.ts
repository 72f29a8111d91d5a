import type { Line } from '../line.ts';
import { besideBulk } from './beside-bulk.ts';
import { bulk } from './bulk.ts';
import { clientEnds } from './client-ends.ts';
import { evenness } from './evenness.ts';
import { fixedRate } from './fixed-rate.ts';
import { growth } from './growth.ts';
import { idleMemory } from './idle-memory.ts';
import { keepAlive } from './keep-alive.ts';
import { newConnections } from './new-connections.ts';
import { start } from './start.ts';

/** Every line, in the order in which they are measured. */
export const LINES: readonly Line[] = [
  keepAlive,
  newConnections,
  clientEnds,
  fixedRate({
    name: 'latency',
    title: 'latency of requests over 64 connections, at the same rate for all peers',
    kind: 'Requests',
    connections: 64,
  }),
  fixedRate({
    name: 'connection-latency',
    title: 'latency of a new connection with one request, at the same rate for all peers',
    kind: 'Connections',
    connections: 1_024,
  }),
  bulk(1),
  bulk(64),
  besideBulk(1),
  besideBulk(4),
  besideBulk(8),
  idleMemory,
  start,
  evenness(256, 16),
  evenness(64, 2),
  ...growth,
];
