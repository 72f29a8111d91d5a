import type { Snapshot } from '../configuration/snapshot.ts';
import type { SourceState } from '../source/source.ts';

export interface SourceLog {
  /** Logs a revision that was not seen before; answers whether it was one. */
  taken(snapshot: Pick<Snapshot, 'revision'>): boolean;
  /** Logs when the input is lost, when the reason is another one, and when it is back; not every retry. */
  state(state: SourceState): void;
}

/** Log lines about a source, one for each change. */
export const createSourceLog = (
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void },
  from: string,
): SourceLog => {
  let revision: string | undefined;
  let problem: string | undefined;
  return {
    taken(snapshot) {
      if (snapshot.revision === revision) return false;
      revision = snapshot.revision;
      log.info({ revision }, 'configuration taken');
      return true;
    },
    state(state) {
      if (state.following) {
        if (problem !== undefined) log.info({ source: from }, 'source is followed again');
        problem = undefined;
      } else if (problem !== state.code) {
        problem = state.code;
        const { code } = state;
        log.warn({ code, problem: state.problem }, 'source cannot be followed; what was served last stays');
      }
    },
  };
};
