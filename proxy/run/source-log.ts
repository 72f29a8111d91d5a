import type { Snapshot } from '../configuration/snapshot.ts';
import type { SourceState } from '../source/source.ts';

export interface SourceLog {
  /** Logs a revision that is new, and returns true if it is. */
  accepted(snapshot: Pick<Snapshot, 'revision'>): boolean;
  /** Logs when the input is lost, when the reason changes, and when the input is back; not every retry. */
  state(state: SourceState): void;
}

/** Logs the changes of a source, one line each. */
export const createSourceLog = (
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void },
  from: string,
): SourceLog => {
  let revision: string | undefined;
  let problem: string | undefined;
  return {
    accepted(snapshot) {
      if (snapshot.revision === revision) return false;
      revision = snapshot.revision;
      log.info({ revision }, 'configuration accepted');
      return true;
    },
    state(state) {
      if (state.following) {
        if (problem !== undefined) log.info({ source: from }, 'source is available again');
        problem = undefined;
      } else if (problem !== state.code) {
        problem = state.code;
        const { code } = state;
        log.warn(
          { code, problem: state.problem },
          'source is unavailable; the last configuration stays in effect',
        );
      }
    },
  };
};
