import { hash } from 'node:crypto';
import type { KubeObject } from '../../kube/object.ts';

/** Something that happened to a resource, for `kubectl describe`. */
export interface KubeEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** What the operator was doing, in one word. */
  readonly action: string;
  readonly note: string;
}

/** The API's limit on the length of a note. */
const LONGEST_NOTE = 1024;

const bounded = (note: string): string =>
  note.length <= LONGEST_NOTE ? note : `${note.slice(0, LONGEST_NOTE - 1)}…`;

/**
 * Builds the Event about `regarding`; `time` is RFC 3339 with microseconds, `instance` the name of the
 * reporting process.
 */
export const eventManifest = (regarding: KubeObject, event: KubeEvent, time: string, instance: string) => {
  const { name, namespace = 'default', uid } = regarding.metadata;
  const { type, reason, action, note } = event;
  return {
    apiVersion: 'events.k8s.io/v1' as const,
    kind: 'Event' as const,
    metadata: {
      name: `${name.slice(0, 200)}.${hash('sha256', [uid, reason, note, time].join(' ')).slice(0, 16)}`,
      namespace,
    },
    eventTime: time,
    reportingController: 'l4balancer.dev/operator',
    reportingInstance: instance,
    action,
    reason,
    type,
    note: bounded(note),
    regarding: {
      apiVersion: regarding.apiVersion,
      kind: regarding.kind,
      name,
      namespace,
      ...(uid === undefined ? {} : { uid }),
    },
  };
};

/** The API's format for times of events: RFC 3339 with microseconds. */
export const microTime = (at: Date): string => at.toISOString().replace('Z', '000Z');

/** The same event after it has happened `count` times, at least twice; the rest of an event is immutable. */
export const withSeries = (manifest: ReturnType<typeof eventManifest>, count: number, last: Date) => ({
  ...manifest,
  series: { count, lastObservedTime: microTime(last) },
});
