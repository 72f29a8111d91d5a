import type { Clock } from '../../kube/clock.ts';
import type { Reading, Report } from '../status/reading.ts';
import { limitConcurrency } from './concurrency-limit.ts';
import { createPollInterval, isSettled } from './poll-interval.ts';
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
  /** The pods to be read for a resource from now on. New ones and those with another mark are read unsettledBackoff, all again and again, more often while something is wrong. */
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

/** A proxy that has just become ready, or has just been told of another spec, needs a moment to record it up. */
const FIRST_MS = 500;
/** One that does not answer once or twice may be busy, or be starting. */
const FAILURES_BEFORE_REPORT = 3;
/** Those that do not answer record three seconds each, and must not hold up the others. */
const MAX_CONCURRENT = 32;

interface PolledPod {
  readonly target: Target;
  readonly abort: AbortController;
  lastAnswer: LastAnswer;
}

/** What is known of a pod, whether or not it is ready. */
type LastAnswer =
  | { readonly kind: 'Read'; readonly report: Report }
  | { readonly kind: 'Failed'; readonly why: string; readonly last: Report | undefined }
  | { readonly kind: 'NotPolled' };

const readingOf = ({ target, lastAnswer }: PolledPod): Reading | undefined => {
  const { pod, node, isReady } = target;
  const of = { pod, node, isReady };
  switch (lastAnswer.kind) {
    case 'Read':
      return { ...of, kind: 'Read', ...lastAnswer.report };
    case 'Failed':
      return isReady ? { ...of, ...lastAnswer } : undefined;
    case 'NotPolled':
      return isReady ? { ...of, kind: 'NotPolled' } : undefined;
    default:
      return lastAnswer satisfies never;
  }
};

export const createInspector = ({ read, clock, random, onChange }: InspectorDeps): Inspector => {
  const byKey = new Map<string, Map<string, PolledPod>>();
  const withinLimit = limitConcurrency(MAX_CONCURRENT);

  const record = (key: string, polled: PolledPod, lastAnswer: LastAnswer): void => {
    const isChanged = JSON.stringify(lastAnswer) !== JSON.stringify(polled.lastAnswer);
    polled.lastAnswer = lastAnswer;
    if (isChanged) onChange(key);
  };

  const run = async (key: string, polled: PolledPod): Promise<void> => {
    const { signal } = polled.abort;
    const { ip, port, generation } = polled.target;
    const pollInterval = createPollInterval(random);
    let failures = 0;
    let waitMs = FIRST_MS;
    for (;;) {
      await clock.sleep(waitMs, signal);
      if (signal.aborted) return;
      try {
        const report = await withinLimit(() => read(ip, port, signal));
        if (signal.aborted) return;
        failures = 0;
        record(key, polled, { kind: 'Read', report });
        waitMs = pollInterval.after(isSettled(report, generation));
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ReportError)) throw error;
        failures++;
        const { lastAnswer } = polled;
        const last =
          lastAnswer.kind === 'Read'
            ? lastAnswer.report
            : lastAnswer.kind === 'Failed'
              ? lastAnswer.last
              : undefined;
        if (failures >= FAILURES_BEFORE_REPORT) record(key, polled, { kind: 'Failed', why: error.why, last });
        waitMs = pollInterval.afterFailure();
      }
    }
  };

  return {
    follow(key, targets) {
      const before = byKey.get(key) ?? new Map<string, PolledPod>();
      const now = new Map<string, PolledPod>();
      for (const target of targets) {
        const known = before.get(target.uid);
        if (known !== undefined && known.target.mark === target.mark && known.target.ip === target.ip) {
          now.set(target.uid, known);
          continue;
        }
        known?.abort.abort();
        // The previous answer counts until there is a new one.
        const polled: PolledPod = {
          target,
          abort: new AbortController(),
          lastAnswer: known?.lastAnswer ?? { kind: 'NotPolled' },
        };
        now.set(target.uid, polled);
        void run(key, polled);
      }
      for (const [uid, { abort }] of before) if (!now.has(uid)) abort.abort();
      if (now.size === 0) byKey.delete(key);
      else byKey.set(key, now);
    },
    readings: (key) => [...(byKey.get(key)?.values() ?? [])].flatMap((polled) => readingOf(polled) ?? []),
    stop() {
      for (const polled of byKey.values()) for (const { abort } of polled.values()) abort.abort();
      byKey.clear();
    },
  };
};
