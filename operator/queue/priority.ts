/**
 * `Changed`: a user changed the resource, and waits. `Routine`: everything else, such as what pods report, a
 * start and a resync.
 */
export type Priority = 'Changed' | 'Routine';

/**
 * So many keys that a user changed go first; then one of routine has its turn, so that it is late but never
 * forgotten.
 */
export const CHANGED_IN_A_ROW = 8;

/** Which of two rows is served next, when both wait. */
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
