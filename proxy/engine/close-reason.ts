/** Who ended a connection. */
export type EndedBy = 'Both' | 'Client' | 'Endpoint' | 'Proxy';

/** How far a connection had got when it ended. An engine may count by the index in this list. */
export const PHASES = [
  'Connecting', // to an endpoint
  'Waiting', // for capacity at an endpoint, since all are full
  'Relaying', // an endpoint was connected
  'HandingOver', // from the acceptor that accepted it to another one
  'Unknown', // it ended with its acceptor, and its state was lost as well
] as const;
export type Phase = (typeof PHASES)[number];

interface Ending {
  readonly reason: string;
  readonly by: EndedBy;
  /** The phases in which it may occur. */
  readonly phases: readonly Phase[];
  /** Whether it is an error: those are in an access log of mode Errors. */
  readonly isError: boolean;
  /** In plain words, for the documentation. */
  readonly meaning: string;
}

const BEFORE: readonly Phase[] = ['Connecting', 'Waiting'];
const ANY: readonly Phase[] = ['Connecting', 'Waiting', 'Relaying'];
const AFTER: readonly Phase[] = ['Relaying'];

/** Why a connection ended: one code each. */
export const CLOSE_REASONS = [
  {
    reason: 'Finished',
    by: 'Both',
    phases: AFTER,
    isError: false,
    meaning: 'both sides sent their end of stream',
  },
  { reason: 'ClientReset', by: 'Client', phases: AFTER, isError: true, meaning: 'the client reset it' },
  {
    reason: 'EndpointReset',
    by: 'Endpoint',
    phases: AFTER,
    isError: true,
    meaning: 'the endpoint reset it, or had closed and the client went on sending',
  },
  {
    reason: 'ClientTimedOut',
    by: 'Client',
    phases: AFTER,
    isError: true,
    meaning: 'the client answered neither keepalive nor what was sent, or cannot be reached any more',
  },
  {
    reason: 'EndpointTimedOut',
    by: 'Endpoint',
    phases: AFTER,
    isError: true,
    meaning: 'the endpoint answered neither keepalive nor what was sent, or cannot be reached any more',
  },
  {
    reason: 'IdleTimeout',
    by: 'Proxy',
    phases: AFTER,
    isError: true,
    meaning: 'no byte moved for the idle timeout',
  },
  {
    reason: 'ConnectFailed',
    by: 'Endpoint',
    phases: BEFORE,
    isError: true,
    meaning: 'every attempt to reach an endpoint failed',
  },
  {
    reason: 'ConnectTimeout',
    by: 'Proxy',
    phases: BEFORE,
    isError: true,
    meaning: 'no endpoint answered within connect.totalTimeout',
  },
  {
    reason: 'RetryBudgetSpent',
    by: 'Proxy',
    phases: BEFORE,
    isError: true,
    meaning: 'an attempt failed and the retry budget was spent',
  },
  {
    reason: 'NoEndpoint',
    by: 'Proxy',
    phases: BEFORE,
    isError: true,
    meaning: 'the backend has no endpoint to try',
  },
  {
    reason: 'EndpointsFull',
    by: 'Proxy',
    phases: BEFORE,
    isError: true,
    meaning: 'every endpoint has its maxConnectionsPerEndpoint',
  },
  {
    reason: 'ClientGone',
    by: 'Client',
    phases: BEFORE,
    isError: true,
    meaning: 'the client left before an endpoint was connected',
  },
  {
    reason: 'NoDescriptors',
    by: 'Proxy',
    phases: ANY,
    isError: true,
    meaning: 'out of file descriptors or memory',
  },
  {
    reason: 'NoSourcePort',
    by: 'Proxy',
    phases: BEFORE,
    isError: true,
    meaning: 'out of source ports to the endpoints',
  },
  {
    reason: 'EndpointRemoved',
    by: 'Proxy',
    phases: ['Connecting', 'Relaying'],
    isError: true,
    meaning: 'the endpoint has gone and drain.onRemoval is Close',
  },
  {
    reason: 'EndpointUnhealthy',
    by: 'Proxy',
    phases: ['Connecting', 'Relaying'],
    isError: true,
    meaning: 'the endpoint is unhealthy and drain.onUnhealthy is Close',
  },
  {
    reason: 'Drained',
    by: 'Proxy',
    phases: AFTER,
    isError: false,
    meaning: 'idle while the proxy was stopping',
  },
  {
    reason: 'Stopped',
    by: 'Proxy',
    phases: ANY,
    isError: true,
    meaning:
      'the proxy ended with the connection open, or was stopping and a side had taken nothing for half a minute',
  },
  {
    reason: 'AcceptorDied',
    by: 'Proxy',
    phases: ['HandingOver', 'Unknown'],
    isError: true,
    meaning: 'the thread that relayed it died, and was replaced',
  },
  {
    reason: 'HalfClosedTimeout',
    by: 'Proxy',
    phases: AFTER,
    isError: true,
    meaning: 'one side had ended, and no byte moved for the half-closed timeout',
  },
] as const satisfies readonly Ending[];

export type CloseReason = (typeof CLOSE_REASONS)[number]['reason'];

/** One way to end: a reason in a phase. */
export interface Close {
  readonly reason: CloseReason;
  readonly by: EndedBy;
  readonly phase: Phase;
  readonly isError: boolean;
}

/**
 * Every reason in every phase in which it may occur. Figures list them in this order, and an engine may count
 * by the index.
 */
export const CLOSES: readonly Close[] = CLOSE_REASONS.flatMap(({ reason, by, phases, isError }) =>
  phases.map((phase): Close => ({ reason, by, phase, isError })),
);
