import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 200;
/**
 * An owner writes its process id right after creating the folder; one that has not done so by then died in
 * between.
 */
const OWNER_WRITTEN_WITHIN_MS = 5_000;

/**
 * Runs `work` while holding the folder `path` as a lock between processes. A lock whose owner has died is
 * taken over.
 * @param onWait called once, with the owner's process id, if another process holds the lock
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  onWait: (owner: number) => void = () => undefined,
): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  for (let waited = false; !take(path); ) {
    const owner = readOwner(path);
    if (owner === 'dead') {
      discard(path);
      continue;
    }
    if (!waited && owner !== 'unknown') {
      waited = true;
      onWait(owner);
    }
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

function take(path: string): boolean {
  try {
    mkdirSync(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false;
    throw cause;
  }
  writeFileSync(join(path, 'owner'), `${process.pid} ${startTime(process.pid) ?? ''}\n`);
  return true;
}

function readOwner(path: string): number | 'dead' | 'unknown' {
  try {
    const [pid = '', started = ''] = readFileSync(join(path, 'owner'), 'utf8').trim().split(' ');
    if (pid === '') return 'unknown';
    return startTime(Number(pid)) === started ? Number(pid) : 'dead';
  } catch {
    try {
      return Date.now() - statSync(path).mtimeMs > OWNER_WRITTEN_WITHIN_MS ? 'dead' : 'unknown';
    } catch {
      return 'unknown'; // released meanwhile
    }
  }
}

/** Renames it first: if several processes find the owner dead, only one rename succeeds. */
function discard(path: string): void {
  const away = `${path}.${process.pid}.dead`;
  try {
    renameSync(path, away);
  } catch {
    return; // another process was faster
  }
  rmSync(away, { recursive: true, force: true });
}

/**
 * When a process was started, in clock ticks since boot (field 22 of /proc/PID/stat); undefined if it is not
 * running. Process ids are reused; the pair of id and start time is not.
 */
export function startTime(pid: number): string | undefined {
  if (process.platform !== 'linux') return runs(pid) ? '' : undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}
