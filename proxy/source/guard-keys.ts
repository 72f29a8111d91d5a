import type { NameFollower } from './with-named.ts';

/** Calls `beforeKeys` once, before `follower` reads the first private key; a proxy may never have one. */
export const guardKeys = (follower: NameFollower, beforeKeys: () => void): NameFollower => {
  let isGuarded = false;
  return {
    ...follower,
    setNames(names) {
      if (names.length > 0 && !isGuarded) {
        isGuarded = true;
        beforeKeys();
      }
      follower.setNames(names);
    },
  };
};
