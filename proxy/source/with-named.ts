import type { Configuration } from '../configuration/configuration.ts';
import type { Snapshot } from '../configuration/snapshot.ts';
import type { SourceInput } from './source.ts';

/** Keeps what listeners and backends refer to by name up to date. */
export interface NameFollower {
  /** Follows exactly what has these names. */
  setNames(names: readonly string[]): void;
  /** Whether something cannot be read for now, although it may be there. */
  fails(name: string): boolean;
  stop(): void;
}

/** What listeners and backends refer to by name, as it was read last. */
export interface Named {
  /** Calls `run` whenever something has changed. */
  onChange(run: () => void): void;
  /** The names that a configuration refers to. */
  namesIn(configuration: Configuration): readonly string[];
  /** The names of what was read, or cannot be used and never could. */
  known(): ReadonlySet<string>;
  /** The snapshot with what it refers to; `before` is the configuration that was passed on last. */
  fillIn(snapshot: Snapshot, before: Configuration | undefined): Snapshot;
}

/**
 * Returns a function that passes on input with what it refers to by name, and passes it on again when that
 * changes. The first input waits for it, so that no client is refused for something that was just about to be
 * read.
 */
const withNamed = (
  named: Named,
  follower: NameFollower,
  onInput: (input: SourceInput) => void,
): ((input: SourceInput) => void) => {
  let newest: SourceInput | undefined;
  let before: Configuration | undefined;

  const pass = (): void => {
    if (newest === undefined) return;
    const { snapshot } = newest;
    if (snapshot === undefined) {
      onInput(newest);
      return;
    }
    const names = named.namesIn(snapshot.configuration);
    const known = named.known();
    if (before === undefined && !names.every((name) => known.has(name) || follower.fails(name))) return;
    const filled = names.length === 0 ? snapshot : named.fillIn(snapshot, before);
    before = filled.configuration;
    onInput(filled === snapshot ? newest : { ...newest, snapshot: filled });
  };

  named.onChange(pass);
  return (input) => {
    newest = input;
    follower.setNames(input.snapshot === undefined ? [] : named.namesIn(input.snapshot.configuration));
    pass();
  };
};

/** Followers of names of several kinds, of which each passes over those of the others. */
export const followTogether = (...followers: readonly NameFollower[]): NameFollower => ({
  setNames(names) {
    for (const follower of followers) follower.setNames(names);
  },
  fails: (name) => followers.some((follower) => follower.fails(name)),
  stop() {
    for (const follower of followers) follower.stop();
  },
});

/** The same for several kinds of what is referred to, each with what follows it. */
export const withAllNamed = (
  all: readonly (readonly [Named, NameFollower])[],
  onInput: (input: SourceInput) => void,
): ((input: SourceInput) => void) =>
  all.reduceRight((next, [named, follower]) => withNamed(named, follower, next), onInput);
