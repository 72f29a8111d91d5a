import { TlsConnections } from './connections.ts';
import type { TlsPlan, TlsResult } from './plan.ts';
import { Requests } from './requests.ts';
import { Streams } from './streams.ts';

/** Longest wait for events. */
const LONGEST_MS = 5;
/** Time limit for what was sent to arrive, and for the end of the stream to come back. */
const ARRIVAL_MS = 5_000;

/** Loads a server, in the calling thread, until the plan is done. */
export const generateTls = (plan: TlsPlan): TlsResult => {
  const { kind } = plan;
  const connections = new TlsConnections(plan);
  const from = performance.now();
  const done =
    kind === 'Upload' || kind === 'Download'
      ? { answered: 0, bytes: transfer(plan, kind, connections) }
      : { answered: request(plan, connections), bytes: 0 };
  const { user, system } = process.cpuUsage();
  const { handshakes, resumed, failures } = connections;
  const seconds = (performance.now() - from) / 1000;
  return { seconds, ...done, handshakes, resumed, failures, cpuSeconds: (user + system) / 1e6 };
};

/** Returns the number of answers. */
const request = (plan: TlsPlan, connections: TlsConnections): number => {
  const requests = new Requests(connections, plan.connections, plan.kind === 'Requests');
  connections.begin(requests);
  for (const to = performance.now() + plan.seconds * 1000; performance.now() < to; )
    connections.poll(LONGEST_MS);
  return requests.answered;
};

/** Returns the number of bytes that have arrived. */
const transfer = (plan: TlsPlan, kind: 'Upload' | 'Download', connections: TlsConnections): number => {
  const streams = new Streams(connections, plan.connections, kind);
  const step = (): void => {
    connections.poll(streams.hasWork ? 0 : LONGEST_MS);
    streams.work();
  };
  connections.begin(streams);
  for (const to = performance.now() + plan.seconds * 1000; performance.now() < to; ) step();
  if (kind === 'Download') return streams.bytes;
  // The endpoint ends its direction once it has read the other one to the end.
  streams.endAll();
  for (const to = performance.now() + ARRIVAL_MS; connections.openCount > 0 && performance.now() < to; )
    step();
  if (connections.openCount > 0) connections.failures.NotArrived = connections.openCount;
  return streams.bytes;
};
