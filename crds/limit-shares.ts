import * as z from 'zod';
import { plainList } from './collections.ts';
import { MAX_AMOUNT, MAX_SHARES, SHARED_LIMITS } from './shared-limit.ts';

const share = z.object({
  replica: z.string().max(253).describe('Name of the pod.'),
  share: z
    .int()
    .min(0)
    .max(MAX_AMOUNT)
    .describe(
      'What it may use: connections, or of connectionRate thousandths of a connection per second, with as large a part of the burst.',
    ),
  reserved: z
    .int()
    .min(0)
    .max(MAX_AMOUNT)
    .describe(
      'The most that it may really use, until it reports that a lower share is in force and how many connections are left.',
    ),
  version: z
    .int()
    .min(0)
    .describe('Rises with each change of its share; 0 before the first. Proxies report the one in force.'),
});

/** How a limit with scope Cluster is shared out. */
export const limitShares = z.object({
  listener: z.string().max(63).describe('Name of the listener.'),
  limit: z.enum(SHARED_LIMITS).describe('Field of its limits.'),
  shares: plainList(share, MAX_SHARES).describe('The replicas that have a part of the limit, by name.'),
});

export type LimitShares = z.output<typeof limitShares>;
/** What one replica has of a limit. */
export type Share = Readonly<z.output<typeof share>>;
