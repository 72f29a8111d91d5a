import { type FSWatcher, realpathSync, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { systemCode } from '../errors/proxy-error.ts';

/** How long a file must be quiet before it is read: editors and copies write in several steps. */
const QUIET_MS = 50;
/** One that is written all the time is read nevertheless. */
const LONGEST_WAIT_MS = 500;
/** Where the kernel tells nothing (network file systems, a single file mounted into a container) looking is all there is. */
const POLL_MS = 2_000;

/**
 * Calls `onChange` soon after the content of `path` may have changed, for ever, until the answer is called. The file's directory is watched,
 * not the file: editors replace it by renaming, Kubernetes by switching a symbolic link beside it. It may be missing meanwhile.
 */
export const watchFile = (path: string, onChange: () => void): (() => void) => {
  let quiet: NodeJS.Timeout | undefined;
  let watchers = new Map<string, FSWatcher>();
  let seen = fingerprint(path);
  /** When what is to be told next began to change; undefined while nothing is. */
  let since: number | undefined;

  const changed = (): void => {
    const now = performance.now();
    since ??= now;
    clearTimeout(quiet);
    // A neighbour may be written without end, such as this process's own log.
    const left = Math.max(0, since + LONGEST_WAIT_MS - now);
    quiet = setTimeout(
      () => {
        since = undefined;
        seen = fingerprint(path);
        follow();
        onChange();
      },
      Math.min(QUIET_MS, left),
    );
  };

  /** Watches the directories that decide what the path leads to now. */
  const follow = (): void => {
    const wanted = directoriesOf(path);
    for (const [directory, watcher] of watchers)
      if (!wanted.has(directory)) {
        watcher.close();
        watchers.delete(directory);
      }
    for (const directory of wanted) {
      if (watchers.has(directory)) continue;
      const watcher = tryWatch(directory, changed);
      if (watcher === undefined) continue;
      // The directory went away; what takes its place is found by looking.
      watcher.on('error', () => {
        watcher.close();
        watchers.delete(directory);
      });
      watchers.set(directory, watcher);
    }
  };

  follow();
  const poll = setInterval(() => {
    if (fingerprint(path) !== seen) changed();
  }, POLL_MS);
  return () => {
    clearTimeout(quiet);
    clearInterval(poll);
    for (const watcher of watchers.values()) watcher.close();
    watchers = new Map();
  };
};

const directoriesOf = (path: string): ReadonlySet<string> => {
  const directories = new Set([dirname(path)]);
  try {
    directories.add(dirname(realpathSync(path)));
  } catch {
    // Missing for now: its own directory tells when it comes back.
  }
  return directories;
};

const tryWatch = (directory: string, onEvent: () => void): FSWatcher | undefined => {
  try {
    return watch(directory, { persistent: false }, onEvent);
  } catch {
    return undefined; // no such directory, or no watches left: polling still sees changes
  }
};

/** Changes with the file. One that cannot be reached (a circle of links, a directory without rights) has its error code: the reader says why. */
const fingerprint = (path: string): string => {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
  } catch (error) {
    return systemCode(error) ?? 'Unreadable';
  }
};
