import type { Clock } from '../../kube/clock.ts';
import type { Reading, Report } from '../status/reading.ts';
import { createSlots } from './concurrency-limit.ts';
import { createPace, isSettled } from './poll-interval.ts';
import { ReportError } from './read-report.ts';

/** A proxy pod that runs. */
export interface Target {
  readonly pod: string;
  readonly uid: string;
  readonly node: string;
  readonly ip: string;
  /** Of its admin endpoint; pods of an older template may have another one than the spec says. */
  readonly port: number;
  /** Whether it takes traffic. */
  readonly isReady: boolean;
  /** Of the resource: what the pod is to serve. */
  readonly generation: number;
  /** What makes another reading worth while: since when it is ready or not, and the generation of the spec. */
  readonly mark: string;
}

/** Keeps what the proxies say of themselves, so that reading it never waits for the network. */
export interface Inspector {
  /** The pods to be read for a resource from now on. New ones and those with another mark are read soon, all again and again, more often while something is wrong. */
  follow(key: string, targets: readonly Target[]): void;
  /** What was last read of these pods. Of those that are not ready only what they say: that they cannot be asked yet is nothing. */
  readings(key: string): readonly Reading[];
  stop(): void;
}

export interface InspectorDeps {
  readonly read: (ip: string, port: number, signal: AbortSignal) => Promise<Report>;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Told when another reading is there. */
  readonly onChange: (key: string) => void;
}

/** A proxy that has just become ready, or has just been told of another spec, needs a moment to take it up. */
const FIRST_MS = 500;
/** One that does not answer once or twice may be busy, or be starting. */
const FAILURES_TOLD = 3;
/** Those that do not answer take three seconds each, and must not hold up the others. */
const AT_ONCE = 32;

interface Followed {
  readonly target: Target;
  readonly abort: AbortController;
  said: Said;
}

/** What is known of a pod, whether or not it is ready. */
type Said =
  | { readonly kind: 'Read'; readonly report: Report }
  | { readonly kind: 'Failed'; readonly why: string; readonly last: Report | undefined }
  | { readonly kind: 'Unheard' };

const readingOf = ({ target, said }: Followed): Reading | undefined => {
  const { pod, node, isReady } = target;
  const of = { pod, node, isReady };
  switch (said.kind) {
    case 'Read':
      return { ...of, kind: 'Read', ...said.report };
    case 'Failed':
      return isReady ? { ...of, ...said } : undefined;
    case 'Unheard':
      return isReady ? { ...of, kind: 'Unheard' } : undefined;
    default:
      return said satisfies never;
  }
};

export const createInspector = ({ read, clock, random, onChange }: InspectorDeps): Inspector => {
  const byKey = new Map<string, Map<string, Followed>>();
  const inSlot = createSlots(AT_ONCE);

  const take = (key: string, followed: Followed, said: Said): void => {
    const isNews = JSON.stringify(said) !== JSON.stringify(followed.said);
    followed.said = said;
    if (isNews) onChange(key);
  };

  const run = async (key: string, followed: Followed): Promise<void> => {
    const { signal } = followed.abort;
    const { ip, port, generation } = followed.target;
    const pace = createPace(random);
    let failures = 0;
    let waitMs = FIRST_MS;
    for (;;) {
      await clock.sleep(waitMs, signal);
      if (signal.aborted) return;
      try {
        const report = await inSlot(() => read(ip, port, signal));
        if (signal.aborted) return;
        failures = 0;
        take(key, followed, { kind: 'Read', report });
        waitMs = pace.after(isSettled(report, generation));
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ReportError)) throw error;
        failures++;
        const { said } = followed;
        const last = said.kind === 'Read' ? said.report : said.kind === 'Failed' ? said.last : undefined;
        if (failures >= FAILURES_TOLD) take(key, followed, { kind: 'Failed', why: error.why, last });
        waitMs = pace.afterFailure();
      }
    }
  };

  return {
    follow(key, targets) {
      const before = byKey.get(key) ?? new Map<string, Followed>();
      const now = new Map<string, Followed>();
      for (const target of targets) {
        const known = before.get(target.uid);
        if (known !== undefined && known.target.mark === target.mark && known.target.ip === target.ip) {
          now.set(target.uid, known);
          continue;
        }
        known?.abort.abort();
        // What it said before counts until it says something else.
        const followed: Followed = {
          target,
          abort: new AbortController(),
          said: known?.said ?? { kind: 'Unheard' },
        };
        now.set(target.uid, followed);
        void run(key, followed);
      }
      for (const [uid, { abort }] of before) if (!now.has(uid)) abort.abort();
      if (now.size === 0) byKey.delete(key);
      else byKey.set(key, now);
    },
    readings: (key) => [...(byKey.get(key)?.values() ?? [])].flatMap((followed) => readingOf(followed) ?? []),
    stop() {
      for (const followed of byKey.values()) for (const { abort } of followed.values()) abort.abort();
      byKey.clear();
    },
  };
};
