import type { ServedChange } from '../../crds/status.ts';
import type { SpecWriter } from '../objects/spec-writers.ts';
import { listed } from '../text/lists-and-counts.ts';

const keyOf = ({ by, at }: SpecWriter): string => `${by} ${at}`;

type Authors = Pick<ServedChange, 'by' | 'changedAt'>;

/** The writers who may have made the change. */
const candidates = (
  writers: readonly SpecWriter[],
  before: readonly SpecWriter[] | undefined,
  { by: known, changedAt: since }: Authors,
): readonly SpecWriter[] => {
  if (before !== undefined) {
    const old = new Set(before.map(keyOf));
    return writers.filter((one) => !old.has(keyOf(one)));
  }
  return since === undefined
    ? writers
    : writers.filter(({ by, at }) => at > since || (at === since && by !== known));
};

/**
 * Who changed the spec, and when: the writers that were not there `before`, or else since the `last` change.
 * Somebody who only removes what others had written leaves no trace in managedFields, so there may be nobody.
 */
export const authorsOf = (
  writers: readonly SpecWriter[],
  before: readonly SpecWriter[] | undefined,
  last: Authors = {},
): Authors => {
  const found = candidates(writers, before, last);
  const changedAt = found
    .map(({ at }) => at)
    .sort()
    .at(-1);
  return changedAt === undefined ? {} : { changedAt, by: listed(found.map(({ by }) => by)) };
};
