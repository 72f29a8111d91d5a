/** Who ended a connection. */
export type EndedBy = 'Both' | 'Client' | 'Endpoint' | 'Proxy';
/** How far it had come: before an endpoint was connected, or after. */
export type Phase = 'Connecting' | 'Relaying';

interface Ending {
  readonly reason: string;
  readonly by: EndedBy;
  readonly phase: Phase;
  /** Plain words for who reads a log. */
  readonly meaning: string;
}

/** Why a connection ended: one code each; the index in this list is the counter's place in shared memory. */
export const CLOSE_REASONS = [
  { reason: 'Finished', by: 'Both', phase: 'Relaying', meaning: 'both sides sent their end of stream' },
  { reason: 'ClientReset', by: 'Client', phase: 'Relaying', meaning: 'the client reset it' },
  { reason: 'EndpointReset', by: 'Endpoint', phase: 'Relaying', meaning: 'the endpoint reset it' },
  { reason: 'IdleTimeout', by: 'Proxy', phase: 'Relaying', meaning: 'no byte moved for the idle timeout' },
  {
    reason: 'ConnectFailed',
    by: 'Endpoint',
    phase: 'Connecting',
    meaning: 'every attempt to reach an endpoint failed',
  },
  {
    reason: 'ConnectTimeout',
    by: 'Proxy',
    phase: 'Connecting',
    meaning: 'no endpoint answered within connect.totalTimeout',
  },
  {
    reason: 'RetryBudgetSpent',
    by: 'Proxy',
    phase: 'Connecting',
    meaning: 'an attempt failed and the retry budget was spent',
  },
  { reason: 'NoEndpoint', by: 'Proxy', phase: 'Connecting', meaning: 'the backend has no endpoint to try' },
  {
    reason: 'EndpointsFull',
    by: 'Proxy',
    phase: 'Connecting',
    meaning: 'every endpoint has its maxConnectionsPerEndpoint',
  },
  {
    reason: 'ClientGone',
    by: 'Client',
    phase: 'Connecting',
    meaning: 'the client left before an endpoint was connected',
  },
  { reason: 'NoDescriptors', by: 'Proxy', phase: 'Connecting', meaning: 'out of file descriptors or memory' },
  {
    reason: 'NoSourcePort',
    by: 'Proxy',
    phase: 'Connecting',
    meaning: 'out of source ports to the endpoints',
  },
  {
    reason: 'EndpointRemoved',
    by: 'Proxy',
    phase: 'Relaying',
    meaning: 'the endpoint has gone and drain.onRemoval is Close',
  },
  { reason: 'Drained', by: 'Proxy', phase: 'Relaying', meaning: 'idle while the proxy was stopping' },
  { reason: 'Stopped', by: 'Proxy', phase: 'Relaying', meaning: 'the proxy ended with the connection open' },
] as const satisfies readonly Ending[];

export type CloseReason = (typeof CLOSE_REASONS)[number]['reason'];
