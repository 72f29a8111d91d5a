import { type FSWatcher, realpathSync, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { systemCode } from '../errors/proxy-error.ts';

/**
 * How long a file must be unchanged before it is read (debounce): editors and copies write in several steps.
 */
const QUIET_MS = 50;
/** A file that changes all the time is read after this time nevertheless. */
const LONGEST_WAIT_MS = 500;
/**
 * If the kernel reports no changes (network file systems, a single file mounted into a container), polling is
 * the only way to notice them.
 */
const POLL_MS = 2_000;

/**
 * Calls `onChange` shortly after the content of `path` may have changed, until the returned function is
 * called. Watches the file's directory, not the file: editors replace the file by renaming, Kubernetes by
 * switching a symbolic link next to it. The file may be missing at times.
 */
export const watchFile = (path: string, onChange: () => void): (() => void) => {
  let debounce: NodeJS.Timeout | undefined;
  let watchers = new Map<string, FSWatcher>();
  let seen = fingerprint(path);
  /** When the change that is reported next began; undefined if there is none. */
  let changingSince: number | undefined;

  const changed = (): void => {
    const now = performance.now();
    changingSince ??= now;
    clearTimeout(debounce);
    // Another file in the directory may be written all the time, such as this process's own log.
    const left = Math.max(0, changingSince + LONGEST_WAIT_MS - now);
    debounce = setTimeout(
      () => {
        changingSince = undefined;
        seen = fingerprint(path);
        follow();
        onChange();
      },
      Math.min(QUIET_MS, left),
    );
  };

  /** Watches the directories that currently determine what the path resolves to. */
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
      // The directory was removed; polling detects its replacement.
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
    clearTimeout(debounce);
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
    // The file is missing for now; its own directory reports when it is back.
  }
  return directories;
};

const tryWatch = (directory: string, onEvent: () => void): FSWatcher | undefined => {
  try {
    return watch(directory, { persistent: false }, onEvent);
  } catch {
    return undefined; // no such directory, or no inotify watches left: polling still detects changes
  }
};

/**
 * A value that changes with the file. If the file cannot be accessed (a loop of symbolic links, a directory
 * without permissions), it is the error code; reading the file reports the cause.
 */
const fingerprint = (path: string): string => {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
  } catch (error) {
    return systemCode(error) ?? 'Unreadable';
  }
};
