import type { NameFollower } from './with-named.ts';

/**
 * Follows each name while the configuration has it. `start` begins with one and returns how to stop, or
 * undefined if the name is none of its own; `forget` is called for one that is not wanted any more.
 */
export const followNames = (
  start: (name: string) => (() => void) | undefined,
  forget: (name: string) => void,
): NameFollower => {
  const followed = new Map<string, () => void>();
  return {
    setNames(names) {
      const wanted = new Set(names);
      for (const [name, stop] of followed) {
        if (wanted.has(name)) continue;
        stop();
        followed.delete(name);
        forget(name);
      }
      for (const name of wanted) {
        if (followed.has(name)) continue;
        const stop = start(name);
        if (stop !== undefined) followed.set(name, stop);
      }
    },
    fails: () => false,
    stop() {
      for (const stop of followed.values()) stop();
    },
  };
};
