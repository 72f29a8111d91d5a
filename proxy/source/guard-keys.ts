import type { NameFollower } from './with-named.ts';

/**
 * Returns what guards followers of private keys: `beforeKeys` is called once, before the first of them reads
 * one; a proxy may never have any.
 */
export const keyGuard = (beforeKeys: () => void): ((follower: NameFollower) => NameFollower) => {
  let isGuarded = false;
  return (follower) => ({
    ...follower,
    setNames(names) {
      if (names.length > 0 && !isGuarded) {
        isGuarded = true;
        beforeKeys();
      }
      follower.setNames(names);
    },
  });
};
