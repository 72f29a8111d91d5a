import { type FSWatcher, realpathSync, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { systemCode } from '../errors/proxy-error.ts';

/**
 * How long a file must be unchanged before it is read (debounce): editors and copies write in several steps.
 * One that was moved to its name is complete, so it waits only for other files that come with it.
 */
const QUIET_MS = { written: 50, moved: 2 };
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
export const watchFile = (path: string, onChange: () => void, quietMs = QUIET_MS): (() => void) => {
  let debounce: NodeJS.Timeout | undefined;
  let watchers = new Map<string, FSWatcher>();
  let seen = fingerprint(path);
  /** When the change that is reported next began; undefined if there is none. */
  let changingSince: number | undefined;
  /** Whether the file was written in place, or may still be. */
  let wasWritten = false;
  /** Names that the file has in the directories. */
  let names: ReadonlySet<string> = new Set();

  const changed = (isWritten: boolean): void => {
    const now = performance.now();
    changingSince ??= now;
    wasWritten ||= isWritten;
    clearTimeout(debounce);
    // It may be written all the time.
    const left = Math.max(0, changingSince + LONGEST_WAIT_MS - now);
    debounce = setTimeout(
      () => {
        changingSince = undefined;
        wasWritten = false;
        seen = fingerprint(path);
        follow();
        onChange();
      },
      Math.min(wasWritten ? quietMs.written : quietMs.moved, left),
    );
  };

  /** The kernel's word for writing is `change`; `rename` stands for creating, deleting and moving. */
  const onEvent = (event: string, name: string | null): void => {
    const isOwn = name === null || names.has(name);
    // Another file in the directory may be written all the time, such as this process's own log.
    if (!isOwn && fingerprint(path) === seen) return;
    changed((isOwn && event === 'change') || isEmpty(path));
  };

  /** Watches the directories that currently determine what the path resolves to. */
  const follow = (): void => {
    const paths = pathsOf(path);
    names = new Set(paths.map((known) => basename(known)));
    const wanted = new Set(paths.map((known) => dirname(known)));
    for (const [directory, watcher] of watchers)
      if (!wanted.has(directory)) {
        watcher.close();
        watchers.delete(directory);
      }
    for (const directory of wanted) {
      if (watchers.has(directory)) continue;
      const watcher = tryWatch(directory, onEvent);
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
    if (fingerprint(path) !== seen) changed(true);
  }, POLL_MS);
  return () => {
    clearTimeout(debounce);
    clearInterval(poll);
    for (const watcher of watchers.values()) watcher.close();
    watchers = new Map();
  };
};

/** The path itself, and what it resolves to. */
const pathsOf = (path: string): readonly string[] => {
  try {
    return [path, realpathSync(path)];
  } catch {
    // The file is missing for now; its own directory reports when it is back.
    return [path];
  }
};

const tryWatch = (
  directory: string,
  onEvent: (event: string, name: string | null) => void,
): FSWatcher | undefined => {
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

/** Whether the file is missing, or was created and not written yet. */
const isEmpty = (path: string): boolean => {
  try {
    return statSync(path).size === 0;
  } catch {
    // Whatever the reason: what is there later comes with another event.
    return true;
  }
};
