import type { AddressSet } from '../address-set/address-set.ts';
import type { SourceList } from '../address-set/list-reader.ts';
import { DENY_ALL, type SourcePolicy } from '../address-set/source-policy.ts';
import type { Configuration, ListenerConfiguration } from './configuration.ts';

/** Which clients of a listener may connect, if lists that have to be read are part of it. */
export interface ListenerSources {
  /** What is written in the configuration itself. */
  readonly allow: AddressSet;
  readonly deny: AddressSet;
  /** Names of ConfigMaps, or paths of files. */
  readonly lists: readonly string[];
}

/**
 * What is known of a list: its content as it was read last, or that it cannot be used and never could. A list
 * that is not known yet has no state.
 */
export type ListState = SourceList | 'Unusable';

const isNotEmpty = ({ entries }: AddressSet): boolean => entries > 0;

/** The policy of what is written in the configuration itself; undefined if it restricts nothing. */
export const inlinePolicy = (allow: AddressSet, deny: AddressSet): SourcePolicy | undefined =>
  isNotEmpty(allow) || isNotEmpty(deny)
    ? {
        restricted: isNotEmpty(allow),
        allow: [allow].filter(isNotEmpty),
        deny: [deny].filter(isNotEmpty),
      }
    : undefined;

/** Names or paths of all lists that listeners have, each once. */
export const listsOf = ({ listeners }: Pick<Configuration, 'listeners'>): readonly string[] => [
  ...new Set(listeners.flatMap(({ sourceLists }) => sourceLists?.lists ?? [])),
];

/**
 * The policy with the content of all lists. If one cannot be used, nobody may connect: it may be the one that
 * says who may, or the one that says who may not. Undefined as long as one is not known yet.
 */
const policyWithLists = (
  { allow, deny, lists }: ListenerSources,
  states: ReadonlyMap<string, ListState>,
): SourcePolicy | undefined => {
  const known = lists.flatMap((list) => states.get(list) ?? []);
  if (known.includes('Unusable')) return DENY_ALL;
  if (known.length < lists.length) return undefined;
  const read = known.filter((state): state is SourceList => state !== 'Unusable');
  const allows = read.flatMap((list) => list.allow ?? []);
  const denies = read.flatMap((list) => list.deny ?? []);
  return {
    restricted: isNotEmpty(allow) || allows.length > 0,
    allow: [allow, ...allows].filter(isNotEmpty),
    deny: [deny, ...denies].filter(isNotEmpty),
  };
};

/**
 * The configuration with the content of its lists. A listener with a list that is not known yet keeps the
 * policy that it had, by name in `before`; one that is new admits nobody.
 */
export const withLists = (
  configuration: Configuration,
  states: ReadonlyMap<string, ListState>,
  before: ReadonlyMap<string, ListenerConfiguration>,
): Configuration => ({
  ...configuration,
  listeners: configuration.listeners.map((listener) => {
    const { sourceLists, policy, name } = listener;
    if (sourceLists === undefined) return listener;
    const known = policyWithLists(sourceLists, states);
    if (known !== undefined) return { ...listener, policy: { ...policy, sources: known } };
    const { sources, ...rest } = policy;
    const earlier = before.get(name);
    if (earlier === undefined) return listener;
    const kept = earlier.policy.sources;
    return { ...listener, policy: { ...rest, ...(kept === undefined ? {} : { sources: kept }) } };
  }),
});
