import { API_VERSION, KIND } from '../../crds/l4balancer.ts';
import type { Writer } from '../../kube/apply.ts';
import type { KubeObject } from '../../kube/object.ts';
import { codeOf } from '../errors.ts';
import { eventManifest, type Happening } from './event-manifest.ts';
import type { Logger } from './log.ts';

/** Writes events about resources. Never waits and never fails the caller: an event that cannot be written is in the log. */
export interface Recorder {
  record(regarding: KubeObject, happening: Happening): void;
  /** Resolves when nothing is on its way any more. */
  idle(): Promise<void>;
}

export interface RecorderDeps {
  readonly writer: Pick<Writer, 'create'>;
  readonly log: Logger;
  readonly wallClock: () => Date;
  /** Name of this process: the pod's. */
  readonly instance: string;
}

/** The same is not told again within this time. */
const SAME_MS = 10 * 60_000;
/** More on their way than this, and further ones are dropped: events must not be what slows an API server down. */
const MOST_ON_THEIR_WAY = 50;

export const createRecorder = ({ writer, log, wallClock, instance }: RecorderDeps): Recorder => {
  /** When it was told last, by what it says; the oldest first. */
  const told = new Map<string, number>();
  const onTheirWay = new Set<Promise<void>>();

  const isNews = (key: string, now: number): boolean => {
    for (const [old, at] of told) {
      if (now - at < SAME_MS) break;
      told.delete(old);
    }
    if (told.has(key)) return false;
    told.set(key, now);
    return true;
  };

  const write = async (regarding: KubeObject, happening: Happening, at: Date): Promise<void> => {
    const time = at.toISOString().replace('Z', '000Z'); // microseconds, as the API wants them
    try {
      await writer.create(
        eventManifest({ apiVersion: API_VERSION, kind: KIND, ...regarding }, happening, time, instance),
      );
    } catch (error) {
      log.warn({ code: codeOf(error), error, event: happening.reason }, 'event not written');
    }
  };

  return {
    record(regarding, happening) {
      const at = wallClock();
      const { uid = '' } = regarding.metadata;
      if (!isNews(`${uid} ${happening.reason} ${happening.note}`, at.getTime())) return;
      if (onTheirWay.size >= MOST_ON_THEIR_WAY) {
        log.warn({ event: happening.reason }, 'event dropped');
        return;
      }
      const writing = write(regarding, happening, at).finally(() => onTheirWay.delete(writing));
      onTheirWay.add(writing);
    },
    async idle() {
      await Promise.all(onTheirWay);
    },
  };
};
