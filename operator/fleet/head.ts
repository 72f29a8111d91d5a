import type { FleetHead } from '../../report/fleet.ts';
import type { Scope } from './scope.ts';

/** What the operator knows of itself. */
export interface OperatorState {
  readonly version: string;
  readonly instance: string;
  readonly namespaces: readonly string[];
  readonly role: { readonly isLeader: boolean; readonly leader?: string };
  /** Why it does not know what there is now. */
  readonly problems: readonly string[];
}

/** The pod in the identity of an election, which also tells restarts apart. */
const podOf = (identity: string): string => identity.replace(/_[0-9a-f]{12}$/, '');

export const headOf = (
  { version, instance, namespaces, role, problems }: OperatorState,
  scope: Scope,
  nowMs: number,
): FleetHead => ({
  version,
  operator: instance,
  nowMs,
  isLeader: role.isLeader,
  ...(role.leader === undefined ? {} : { leader: podOf(role.leader) }),
  namespaces,
  problems,
  seesAll: scope.seesAll,
});
