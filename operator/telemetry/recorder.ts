import { API_VERSION, KIND } from '../../crds/resource-type.ts';
import type { Writer } from '../../kube/apply.ts';
import type { Clock } from '../../kube/clock.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Logger } from '../../program/log.ts';
import { codeOf } from '../errors/operator-error.ts';
import { createEventLimit } from './event-limit.ts';
import { eventManifest, type KubeEvent, microTime, withSeries } from './event-manifest.ts';

/**
 * Writes events about resources. Never blocks or fails the caller: an event that cannot be written is logged.
 */
export interface Recorder {
  record(regarding: KubeObject, event: KubeEvent): void;
  /** Writes pending counts immediately, and resolves when no write is in flight. */
  idle(): Promise<void>;
}

export interface RecorderDeps {
  readonly writer: Pick<Writer, 'create' | 'apply'>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly wallClock: () => Date;
  /** Name of this process: the pod's name. */
  readonly instance: string;
}

/** An event that repeats within this time of the last one increments its count. */
const DUPLICATE_WINDOW_MS = 10 * 60_000;
/** A count is written at most this often, so that a hundred repetitions within this time are one write. */
const COUNT_INTERVAL_MS = 10_000;
/** If more writes are in flight, further events are dropped: events must not slow the API server down. */
const MAX_IN_FLIGHT = 50;
/** At most this many events are remembered; the oldest are forgotten first. */
const MAX_REMEMBERED = 10_000;

/** An event and how often it has happened. */
interface RecordedEvent {
  readonly manifest: ReturnType<typeof eventManifest>;
  count: number;
  last: Date;
  /** Whether a write of the count is scheduled. */
  isPlanned: boolean;
}

export const createRecorder = ({ writer, log, clock, wallClock, instance }: RecorderDeps): Recorder => {
  /** By the content of the event; the least recent first. */
  const recorded = new Map<string, RecordedEvent>();
  const limit = createEventLimit();
  const inFlight = new Set<Promise<void>>();
  /** Counts waiting to be written. */
  const planned = new Set<Promise<void>>();
  const stopping = new AbortController();

  const forgetOld = (now: number): void => {
    for (const [key, { last }] of recorded) {
      if (now - last.getTime() < DUPLICATE_WINDOW_MS && recorded.size < MAX_REMEMBERED) break;
      recorded.delete(key);
    }
  };

  const send = (reason: string, write: () => Promise<unknown>): void => {
    const sending = write()
      .catch((error: unknown) => log.warn({ code: codeOf(error), error, event: reason }, 'event not written'))
      .then(() => void inFlight.delete(sending));
    inFlight.add(sending);
  };

  const incrementCount = (one: RecordedEvent): void => {
    one.count += 1;
    if (one.isPlanned) return;
    one.isPlanned = true;
    const waiting = clock.sleep(COUNT_INTERVAL_MS, stopping.signal).then(() => {
      planned.delete(waiting);
      one.isPlanned = false;
      send(one.manifest.reason, () => writer.apply(withSeries(one.manifest, one.count, one.last)));
    });
    planned.add(waiting);
  };

  return {
    record(regarding, event) {
      const at = wallClock();
      const { uid = '' } = regarding.metadata;
      const key = `${uid} ${event.reason} ${event.note}`;
      forgetOld(at.getTime());
      const known = recorded.get(key);
      if (known !== undefined) {
        known.last = at;
        recorded.delete(key);
        recorded.set(key, known);
        incrementCount(known);
        return;
      }
      // Frequent changes must not use up what warnings have.
      if (inFlight.size >= MAX_IN_FLIGHT || !limit.allows(`${uid} ${event.type}`, at.getTime())) {
        log.warn({ event: event.reason }, 'event dropped');
        return;
      }
      const root = { apiVersion: API_VERSION, kind: KIND, ...regarding };
      const manifest = eventManifest(root, event, microTime(at), instance);
      recorded.set(key, { manifest, count: 1, last: at, isPlanned: false });
      send(event.reason, () => writer.create(manifest));
    },
    async idle() {
      stopping.abort();
      await Promise.all(planned);
      await Promise.all(inFlight);
    },
  };
};
