/**
 * What a change does: refused by the API server, replaces pods, ends open connections, is served at once
 * without either, or only concerns an object.
 */
export type Effect = 'Refused' | 'Restarts' | 'Ends' | 'Live';

export interface Change {
  readonly effect: Effect;
  /** What it is about: Pods, `Listener web`, `Backend web`, `Service l4b-edge`. */
  readonly about: string;
  /** A sentence. */
  readonly what: string;
  /** The fields that differ. */
  readonly fields: readonly string[];
}
