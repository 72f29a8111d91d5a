import type { TestContext } from 'node:test';
import type { StartEngine } from '../../../proxy/engine/kind.ts';

/**
 * What not every engine can do, in words; each claims it, or says why not. What has no ability is asked of
 * all.
 */
export const ABILITIES = {
  Acceptors: 'relays in acceptors, with figures of each',
  Addresses: 'listens on single addresses, of both families',
  Attempts: 'makes the connections to endpoints itself, and counts those that fail',
  CloseOnRemoval: 'ends connections to an endpoint that is removed',
  PortsInUse: 'takes a port away, and back, without a reset to whoever connects meanwhile',
  CountersKept: 'keeps the counters of what is removed for a while, then forgets them',
  AccessLog: 'says of each connection how it ended',
  IdleDrain: 'closes idle connections bit by bit while it stops',
} as const;

export type Ability = keyof typeof ABILITIES;

/** By ability: whether it is claimed; a text says why not. */
export type Claims = Readonly<Record<Ability, true | string>>;

/** One sentence about engines, and its proof. */
export interface Part {
  readonly name: string;
  /** Only asked of engines that claim it. */
  readonly ability?: Ability;
  readonly run: (t: TestContext, start: StartEngine) => Promise<void>;
}
