/**
 * `Changed`: a user changed the resource and is waiting. `Routine`: everything else, such as reports of pods,
 * a start and a resync.
 */
export type Priority = 'Changed' | 'Routine';

/**
 * After this many keys that a user changed, one routine key has its turn, so that routine work may be delayed
 * but is never starved.
 */
export const CHANGED_IN_A_ROW = 8;

/** Decides which priority is served next when keys of both wait. */
export const createTurns = (): { next(waiting: Readonly<Record<Priority, boolean>>): Priority } => {
  let inARow = 0;
  return {
    next({ Changed, Routine }) {
      const next = Changed && !(Routine && inARow >= CHANGED_IN_A_ROW) ? 'Changed' : 'Routine';
      inARow = next === 'Changed' ? inARow + 1 : 0;
      return next;
    },
  };
};

export const higher = (a: Priority | undefined, b: Priority): Priority => (a === 'Changed' ? a : b);
