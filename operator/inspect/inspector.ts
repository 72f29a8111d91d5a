import { createBackoff } from '../../kube/backoff.ts';
import type { Clock } from '../../kube/clock.ts';
import type { Reading, Report } from '../status/reading.ts';
import { ReportError } from './read-report.ts';
import { createSlots } from './slots.ts';

/** A proxy pod that serves. */
export interface Target {
  readonly pod: string;
  readonly uid: string;
  readonly node: string;
  readonly ip: string;
  /** Of its admin endpoint; pods of an older template may have another one than the spec says. */
  readonly port: number;
  /** What makes another reading worth while: since when it is ready, and the generation of the spec. */
  readonly mark: string;
}

/** Keeps what the proxies say of themselves, so that reading it never waits for the network. */
export interface Inspector {
  /** The pods to be read for a resource from now on. New ones and those with another mark are read soon, all every few minutes. */
  follow(key: string, targets: readonly Target[]): void;
  /** What was last read of these pods; none for those that have not been read yet. */
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
/** Kernel settings hardly ever change under a running proxy; endpoints that come and go are news of these minutes. */
const EVERY_MS = 3 * 60_000;
const BACKOFF = { firstMs: 2_000, longestMs: EVERY_MS };
/** One that does not answer once or twice may be busy, or be starting. */
const FAILURES_TOLD = 3;
const AT_ONCE = 8;

interface Followed {
  readonly target: Target;
  readonly abort: AbortController;
  reading: Reading | undefined;
}

export const createInspector = ({ read, clock, random, onChange }: InspectorDeps): Inspector => {
  const byKey = new Map<string, Map<string, Followed>>();
  const inSlot = createSlots(AT_ONCE);

  const take = (key: string, followed: Followed, reading: Reading): void => {
    const isNews = JSON.stringify(reading) !== JSON.stringify(followed.reading);
    followed.reading = reading;
    if (isNews) onChange(key);
  };

  const run = async (key: string, followed: Followed): Promise<void> => {
    const { signal } = followed.abort;
    const { ip, port, pod, node } = followed.target;
    const backoff = createBackoff(BACKOFF, random);
    let failures = 0;
    let waitMs = FIRST_MS;
    for (;;) {
      await clock.sleep(waitMs, signal);
      if (signal.aborted) return;
      try {
        const report = await inSlot(() => read(ip, port, signal));
        if (signal.aborted) return;
        failures = 0;
        backoff.reset();
        take(key, followed, { kind: 'Read', pod, node, ...report });
        waitMs = EVERY_MS * (0.9 + random() / 5);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ReportError)) throw error;
        failures++;
        if (failures >= FAILURES_TOLD) take(key, followed, { kind: 'Failed', pod, node, why: error.why });
        waitMs = backoff.next();
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
        const followed: Followed = { target, abort: new AbortController(), reading: known?.reading };
        now.set(target.uid, followed);
        void run(key, followed);
      }
      for (const [uid, { abort }] of before) if (!now.has(uid)) abort.abort();
      if (now.size === 0) byKey.delete(key);
      else byKey.set(key, now);
    },
    readings: (key) => [...(byKey.get(key)?.values() ?? [])].flatMap(({ reading }) => reading ?? []),
    stop() {
      for (const followed of byKey.values()) for (const { abort } of followed.values()) abort.abort();
      byKey.clear();
    },
  };
};
