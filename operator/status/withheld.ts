import type { SharedLimit } from '../../crds/shared-limit.ts';

/** Why a replica has not confirmed the newest version of its share. */
export type WithheldBecause =
  /** Its pod was deleted, and has not ended in its grace period. */
  | 'NotEnding'
  /** A pod of its name exists that does not belong to the resource any more. */
  | 'NotOwned'
  /** It does not answer. */
  | 'Silent'
  /** It answers, and applies no shares. */
  | 'Older'
  /** It answers, and has not received its newest share. */
  | 'Late';

/** A part of a limit that nobody can use until a replica confirms a lower share, or is gone. */
export interface Withheld {
  readonly replica: string;
  readonly node: string | undefined;
  readonly listener: string;
  readonly limit: SharedLimit;
  /** In the units of shares. */
  readonly amount: number;
  readonly because: WithheldBecause;
  /** Earliest time at which that is unusual, in milliseconds since 1970. */
  readonly notBeforeMs: number;
}
