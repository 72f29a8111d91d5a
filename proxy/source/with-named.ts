import type { Configuration, ListenerConfiguration } from '../configuration/configuration.ts';
import type { Snapshot } from '../configuration/snapshot.ts';
import type { SourceInput } from './source.ts';

/** Keeps what listeners refer to by name up to date. */
export interface NameFollower {
  /** Follows exactly what has these names. */
  setNames(names: readonly string[]): void;
  /** Whether something cannot be read for now, although it may be there. */
  fails(name: string): boolean;
  stop(): void;
}

/** What listeners refer to by name, as it was read last. */
export interface Named {
  /** Calls `run` whenever something has changed. */
  onChange(run: () => void): void;
  /** The names that a configuration refers to. */
  namesIn(configuration: Configuration): readonly string[];
  /** The names of what was read, or cannot be used and never could. */
  known(): ReadonlySet<string>;
  /** The snapshot with what its listeners refer to; `before` are those that were passed on last. */
  fillIn(snapshot: Snapshot, before: ReadonlyMap<string, ListenerConfiguration>): Snapshot;
}

/**
 * Returns a function that passes on input with what its listeners refer to, and passes it on again when that
 * changes. The first input waits for it, so that no client is refused for something that was just about to be
 * read.
 */
export const withNamed = (
  named: Named,
  follower: NameFollower,
  onInput: (input: SourceInput) => void,
): ((input: SourceInput) => void) => {
  let newest: SourceInput | undefined;
  let before: ReadonlyMap<string, ListenerConfiguration> | undefined;

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
    const filled = names.length === 0 ? snapshot : named.fillIn(snapshot, before ?? new Map());
    before = new Map(filled.configuration.listeners.map((listener) => [listener.name, listener]));
    onInput(filled === snapshot ? newest : { ...newest, snapshot: filled });
  };

  named.onChange(pass);
  return (input) => {
    newest = input;
    follower.setNames(input.snapshot === undefined ? [] : named.namesIn(input.snapshot.configuration));
    pass();
  };
};
