import { CLOSE_REASONS, CLOSES, type CloseReason } from '../../engine/close-reason.ts';
import { PHASES } from '../../engine/ending.ts';

/**
 * By reason: the index in CLOSES for each phase. A phase that the catalogue does not expect counts as the
 * first that it does, so that no end goes uncounted.
 */
const INDEXES = Object.fromEntries(
  CLOSE_REASONS.map(({ reason }) => {
    const first = CLOSES.findIndex((close) => close.reason === reason);
    const indexes = PHASES.map((phase) =>
      CLOSES.findIndex((close) => close.reason === reason && close.phase === phase),
    );
    return [reason, indexes.map((index) => (index < 0 ? first : index))];
  }),
) as unknown as Readonly<Record<CloseReason, readonly number[]>>;

/** Index in CLOSES, and of its counter in shared memory, of a reason in a phase (its index in PHASES). */
export const closeIndex = (reason: CloseReason, phase: number): number => INDEXES[reason][phase] as number;
