import type { Line } from '../line.ts';
import { besideBulk } from './beside-bulk.ts';
import { bulk } from './bulk.ts';
import { clientEnds } from './client-ends.ts';
import { datagramBytesHeaded, datagramBytesSingle, datagramBytesSplit } from './datagram-bytes.ts';
import { datagramLatency } from './datagram-latency.ts';
import { datagramFlood, datagramRequests } from './datagrams.ts';
import { evenness } from './evenness.ts';
import { fixedRate } from './fixed-rate.ts';
import { growth } from './growth.ts';
import { idleMemory, tlsMemory } from './idle-memory.ts';
import { keepAlive } from './keep-alive.ts';
import { newConnections } from './new-connections.ts';
import { policiesHeaderIn, policiesKeepAlive, policiesNewConnections } from './policies.ts';
import { start } from './start.ts';
import { tlsLines } from './tls.ts';
import { tlsBulk } from './tls-bulk.ts';
import { tlsPassthrough, tlsPassthroughKeepAlive } from './tls-passthrough.ts';

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
  datagramRequests,
  datagramFlood,
  datagramLatency,
  datagramBytesSplit,
  datagramBytesSingle,
  datagramBytesHeaded,
  policiesKeepAlive,
  policiesNewConnections,
  policiesHeaderIn,
  ...tlsLines,
  tlsBulk('Upload', 1),
  tlsBulk('Upload', 64),
  tlsBulk('Download', 1),
  tlsBulk('Download', 64),
  tlsMemory,
  tlsPassthrough,
  tlsPassthroughKeepAlive,
  ...growth,
];
