import type { LimitsPolicy } from '../../../configuration/limits-policy.ts';
import { LISTENER, listenerAt } from './limits-memory.ts';

/** The most connections that the listener in a slot may have open: its limit, or its share of that. */
export const mostOpen = (
  words: Int32Array,
  slot: number,
  { shared, connections }: Pick<LimitsPolicy, 'shared' | 'connections'>,
): number => (shared ? Atomics.load(words, listenerAt(slot) + LISTENER.Share) : connections);

/** Whether a connection is one too many for a limit, with `before` others. A limit of 0 is none. */
export const exceeds = (before: number, limit: number, most = limit): boolean => limit > 0 && before >= most;
