import type { CloseReason } from './close-reason.ts';

/**
 * Reasons for which a limit of a listener refuses a connection, or would refuse it in mode Report. An engine
 * may count by the index in this list.
 */
export const LIMIT_REASONS = [
  'ConnectionLimit',
  'SourceConnectionLimit',
  'ConnectionRateLimit',
  'SourceRateLimit',
  'UnfinishedLimit',
] as const satisfies readonly CloseReason[];

export type LimitReason = (typeof LIMIT_REASONS)[number];
