import type { TestContext } from 'node:test';
import type { StartEngine } from '../../../proxy/engine/kind.ts';

/**
 * Abilities that not every engine has, as sentences. An engine claims each, or says why it lacks it. Parts
 * without an ability apply to every engine, even one that relays nothing.
 */
export const ABILITIES = {
  Traffic: 'opens the listeners of its table, and relays between clients and endpoints',
  Acceptors: 'relays in acceptors, with figures for each',
  Addresses: 'listens on single addresses of both families',
  Attempts: 'connects to endpoints itself, and counts failed attempts',
  CloseOnRemoval: 'ends connections to an endpoint that is removed',
  PortsInUse: 'closes and reopens a port without resetting clients that connect meanwhile',
  CountersKept: 'keeps the counters of removed entries for a while',
  AccessLog: 'reports how each connection ended',
  Datagrams: 'relays datagrams in sessions',
  IdleDrain: 'gradually closes idle connections while it stops',
} as const;

export type Ability = keyof typeof ABILITIES;

/** By ability: true if it is claimed, otherwise the reason why not. */
export type Claims = Readonly<Record<Ability, true | string>>;

/** A statement about engines, and its test. */
export interface Part {
  readonly name: string;
  /** The ability that an engine must claim for this part to apply. */
  readonly ability?: Ability;
  readonly run: (t: TestContext, start: StartEngine) => Promise<void>;
}
