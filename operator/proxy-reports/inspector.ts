import type { Clock } from '../../kube/clock.ts';
import type { Reading, Report } from '../status/reading.ts';
import { limitConcurrency } from './concurrency-limit.ts';
import { createPollInterval, isSettled, sharesPollMs, spreadMs, watchedPollMs } from './poll-interval.ts';
import { ReportError } from './read-report.ts';
import { essence, withRefusals } from './refusals.ts';
import { withTraffic } from './traffic.ts';

/** A running proxy pod. */
export interface Target {
  readonly pod: string;
  readonly uid: string;
  readonly node: string;
  readonly ip: string;
  /** Port of its admin endpoint; pods of an older template may use another port than the spec's. */
  readonly port: number;
  /** Whether it receives traffic. */
  readonly isReady: boolean;
  /** Generation of the resource that the pod should serve. */
  readonly generation: number;
  /**
   * Changes when another reading is worthwhile: when the pod becomes ready or unready, or the generation
   * changes.
   */
  readonly mark: string;
}

/** Keeps the latest reports of the proxies, so that reading them never waits for the network. */
export interface Inspector {
  /**
   * Sets the pods to poll for a resource. New pods, and those whose mark changed, are polled soon. All are
   * polled repeatedly, more often while something is wrong.
   */
  follow(key: string, targets: readonly Target[]): void;
  /**
   * The last readings of these pods. A pod that is not ready contributes only its reports: it is normal that
   * it cannot be reached yet.
   */
  readings(key: string): readonly Reading[];
  /** Reads all proxies soon, for somebody who begins to look at their figures. */
  readSoon(): void;
  stop(): void;
}

export interface InspectorDeps {
  readonly read: (ip: string, port: number, signal: AbortSignal) => Promise<Report>;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Whether a person looks at the figures of all proxies, which are then read more often. */
  readonly isWatched?: () => boolean;
  /** Called when a reading has changed. */
  readonly onChange: (key: string) => void;
}

/** A proxy that has just become ready, or whose spec has just changed, needs a moment to apply it. */
const FIRST_MS = 500;
/** A proxy that fails to respond once or twice may be busy or starting. */
const FAILURES_BEFORE_REPORT = 3;
/** Each unresponsive pod takes three seconds, and must not delay the others. */
const MAX_CONCURRENT = 32;

interface PolledPod {
  readonly target: Target;
  readonly abort: AbortController;
  lastAnswer: LastAnswer;
}

/** The last known answer of a pod, whether or not it is ready. */
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

const lastReport = (answer: LastAnswer): Report | undefined => {
  switch (answer.kind) {
    case 'Read':
      return answer.report;
    case 'Failed':
      return answer.last;
    case 'NotPolled':
      return undefined;
    default:
      return answer satisfies never;
  }
};

/** What makes a new answer worth telling. */
const told = (answer: LastAnswer): object => (answer.kind === 'Read' ? essence(answer.report) : answer);

export const createInspector = (deps: InspectorDeps): Inspector => {
  const { clock, random, onChange } = deps;
  const byKey = new Map<string, Map<string, PolledPod>>();
  const withinLimit = limitConcurrency(MAX_CONCURRENT);

  /** Aborted to end all waits. */
  let soon = new AbortController();

  const wait = async (ms: number, signal: AbortSignal): Promise<void> => {
    const roused = soon.signal;
    await clock.sleep(ms, AbortSignal.any([signal, roused]));
    if (roused.aborted) await clock.sleep(random() * spreadMs(polledPods()), signal);
  };

  const polledPods = (): number => [...byKey.values()].reduce((sum, { size }) => sum + size, 0);

  const record = (key: string, polled: PolledPod, lastAnswer: LastAnswer): void => {
    const isChanged = JSON.stringify(told(lastAnswer)) !== JSON.stringify(told(polled.lastAnswer));
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
      await wait(waitMs, signal);
      if (signal.aborted) return;
      try {
        const read = await withinLimit(() => deps.read(ip, port, signal));
        if (signal.aborted) return;
        const before = lastReport(polled.lastAnswer);
        const report = withTraffic(withRefusals(read, before), before, clock.now());
        failures = 0;
        record(key, polled, { kind: 'Read', report });
        waitMs = Math.min(
          pollInterval.after(isSettled(report, generation)),
          sharesPollMs(report),
          deps.isWatched?.() === true ? watchedPollMs(polledPods()) : Number.POSITIVE_INFINITY,
        );
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ReportError)) throw error;
        failures++;
        const last = lastReport(polled.lastAnswer);
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
    readSoon() {
      const before = soon;
      soon = new AbortController();
      before.abort();
    },
    stop() {
      for (const polled of byKey.values()) for (const { abort } of polled.values()) abort.abort();
      byKey.clear();
    },
  };
};
