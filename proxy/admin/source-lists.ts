import type { Status } from '../../report/status.ts';
import type { AddressSet } from '../address-set/address-set.ts';
import type { SourcePolicy } from '../address-set/source-policy.ts';
import type { KnownList } from '../configuration/snapshot.ts';

const entriesOf = (sets: readonly AddressSet[]): number =>
  sets.reduce((sum, { entries }) => sum + entries, 0);

/** How many ranges a policy has. */
export const rangesOf = ({
  restricted,
  allow,
  deny,
}: SourcePolicy): NonNullable<Status['listeners'][number]['sources']> => ({
  ...(restricted ? { allow: entriesOf(allow) } : {}),
  deny: entriesOf(deny),
});

/** The lists of sources, at the time `nowMs`. */
export const listsAt = (lists: readonly KnownList[], nowMs: number): NonNullable<Status['sourceLists']> =>
  lists.map(({ name, content, readAtMs, unusableSinceMs }) => ({
    name,
    ...(content?.allow === undefined ? {} : { allow: content.allow.entries }),
    ...(content?.deny === undefined ? {} : { deny: content.deny.entries }),
    ...(readAtMs === undefined ? {} : { ageMs: Math.max(0, nowMs - readAtMs) }),
    ...(unusableSinceMs === undefined ? {} : { unusableForMs: Math.max(0, nowMs - unusableSinceMs) }),
  }));
