import type { TableListener } from '../table/table.ts';
import { SLOTS } from './acceptor/shared-memory.ts';
import { Slots } from './slots.ts';

export const NO_BYTES = { received: 0, sent: 0 };

/** The slots of everything that is counted, by kind, and what is remembered about them. */
export class SlotRegistry {
  readonly listeners = new Slots(SLOTS.listeners);
  readonly backends = new Slots(SLOTS.backends);
  readonly endpoints = new Slots(SLOTS.endpoints);
  /** By backend: the bytes of former endpoints whose slots were freed. */
  readonly pastBytes = new Map<string, typeof NO_BYTES>();
  /** By name: each listener that has a slot, as defined in the last table that contained it. */
  readonly lastListeners = new Map<string, TableListener>();
}
