import { setTimeout as sleep } from 'node:timers/promises';
import { readBalancer } from '../cluster/balancers.ts';
import { listPods, type Pod } from '../cluster/pods.ts';
import type { Session } from '../cluster/session.ts';
import { CliError } from '../errors/exit.ts';
import type { Entry } from './entry.ts';
import { newEntries } from './read-log.ts';
import { Seen } from './seen.ts';

/** How often new replicas are looked for. */
const LOOK_MS = 5_000;
/** Before a log that broke off is opened again. */
const AGAIN_MS = 1_000;

export interface Following {
  readonly session: Session;
  readonly name: string;
  /** What was shown of each pod. */
  readonly seen: Map<string, Seen>;
  /** Milliseconds since 1970: older entries of pods without any are not shown. */
  readonly sinceMs: number;
  readonly onEntry: (entry: Entry) => void;
  /** Called with what fails meanwhile; it is tried again. */
  readonly onTrouble: (message: string) => void;
}

/**
 * Follows the logs of all replicas, also of those that are added, until the command is stopped by a signal.
 * Throws CliError only if the balancer cannot be read at first.
 */
export const follow = async (following: Following): Promise<never> => {
  const { session, name, onTrouble } = following;
  const open = new Set<string>();
  const start = (pod: Pod): void => {
    if (!pod.isRunning || open.has(pod.name)) return;
    open.add(pod.name);
    void followPod(following, pod.name).then(() => open.delete(pod.name));
  };
  for (const pod of await listPods(session, await readBalancer(session, name))) start(pod);
  for (;;) {
    await sleep(LOOK_MS);
    try {
      for (const pod of await listPods(session, await readBalancer(session, name))) start(pod);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      onTrouble(`${error.message}; trying again`);
    }
  }
};

/** Follows one log until it ends or breaks off; then it is looked at anew with all others. Never rejects. */
const followPod = async (
  { session: { transport, namespace }, seen, sinceMs, onEntry }: Following,
  pod: string,
): Promise<void> => {
  const own = seen.get(pod) ?? new Seen();
  seen.set(pod, own);
  try {
    for await (const entry of newEntries(transport, namespace, pod, own.since(sinceMs)))
      if (own.take(entry)) onEntry(entry);
  } catch {
    // The pod is gone, or the stream broke off: the list of pods tells which, and it is opened again if need
    // be.
  }
  await sleep(AGAIN_MS);
};
