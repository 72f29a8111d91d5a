import * as z from 'zod';
import { byteRate } from './scalars.ts';
import { MAX_CONNECTIONS, MAX_RATE } from './shared-limit.ts';

const most = (what: string) => z.int().min(1).max(MAX_CONNECTIONS).optional().describe(what);

const rate = z.object({
  perSecond: z.int().min(1).max(MAX_RATE).describe('New connections per second in the long run.'),
  burst: z
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .describe(
      'New connections that may come at once, after a pause; at most 600 times perSecond. Defaults to perSecond.',
    ),
});

const bandwidth = z.object({
  upload: byteRate.optional().describe('Bytes per second from clients, such as 10Mi.'),
  download: byteRate.optional().describe('Bytes per second to clients, such as 10Mi.'),
});

/** How much the clients of a listener may use; everything is counted over all acceptors of one replica. */
export const limits = z.object({
  mode: z
    .enum(['Enforce', 'Report'])
    .default('Enforce')
    .describe(
      'Report refuses nothing: it only counts what would be refused, so that limits can be tried out first.',
    ),
  connections: most(
    'Maximum open connections of the listener: in each replica, or with scope Cluster in all of them together.',
  ),
  scope: z
    .enum(['Replica', 'Cluster'])
    .default('Replica')
    .describe(
      'Cluster makes connections and connectionRate limits for all replicas together, which the operator shares out among them as they need it; a replica without a share admits no client. All other limits are for each replica. Without a cluster, the same as Replica.',
    ),
  connectionsPerSource: most(
    'Maximum open connections of one source, in each replica. A source is a client’s IPv4 address, or its IPv6 prefix.',
  ),
  connectionRate: rate
    .optional()
    .describe(
      'Limit for new connections of the listener: in each replica, or with scope Cluster in all of them together.',
    ),
  connectionRatePerSource: rate
    .optional()
    .describe('Limit for new connections of one source, in each replica.'),
  unfinishedPerSource: most(
    'Maximum open connections of one source of which no byte was relayed yet, in each replica: such as those of a client that only occupies connections.',
  ),
  bandwidth: bandwidth
    .optional()
    .describe('Limit for all connections of the listener together, in each replica.'),
  bandwidthPerConnection: bandwidth.optional().describe('Limit for each connection.'),
  bandwidthPerSource: bandwidth
    .optional()
    .describe('Limit for all connections of one source together, in each replica.'),
  sourcePrefixIPv6: z
    .int()
    .min(32)
    .max(128)
    .default(64)
    .describe(
      'Length of the prefix that makes IPv6 clients one source: one host usually has all addresses of a /64.',
    ),
  refuseWith: z
    .enum(['Reset', 'Close'])
    .default('Reset')
    .describe(
      'How a refused connection ends: with a reset, or in order, which keeps its port at the proxy in TIME_WAIT for a minute. Datagrams of a refused UDP session are dropped.',
    ),
});

export type Bandwidth = z.output<typeof bandwidth>;
export type Rate = z.output<typeof rate>;
export type Limits = z.output<typeof limits>;
