import { hash } from 'node:crypto';
import type { KubeObject } from '../../kube/object.ts';
import type { ChildProblem } from '../status/observed.ts';
import { appliedFields, sorted } from './applied-fields.ts';
import { isAtLeast } from './resource-version.ts';

/** A write of one object that the API server has confirmed. */
export interface Confirmed {
  /** Digest of what was sent. */
  readonly sent: string;
  /** Digest of the result: the API server fills in defaults and normalizes quantities. */
  readonly got: string;
  /** Digest of the whole status in the response. */
  readonly status: string;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  /** Time of the response, on the monotonic clock. */
  readonly at: number;
  /** The response, until the watch cache has caught up. */
  readonly answer: KubeObject | undefined;
}

/** Why the API server refused a write, and the fields of other managers that are in the way. */
export type RefusalDetails = Pick<ChildProblem, 'message' | 'foreign'>;

/** A write that the API server has refused. */
export interface RefusedWrite {
  readonly sent: string;
  readonly what: RefusalDetails;
  readonly tries: number;
  readonly retryAt: number;
}

/**
 * What was written, by the name of the object, so that nothing is sent twice. Kept in memory only: after a
 * start each child is applied once, which changes nothing at the API server.
 */
export interface WriteCache {
  confirmed(name: string): Confirmed | undefined;
  confirm(name: string, sent: unknown, answer: KubeObject, now: number): void;
  refusal(name: string): RefusedWrite | undefined;
  /** Each further refusal of the same content doubles the wait. */
  refuse(name: string, sent: unknown, what: RefusalDetails, now: number): RefusedWrite;
  /** Whether the name belonged to another owner at the last attempt. */
  isTaken(name: string): boolean;
  take(name: string): void;
  /**
   * The newest known state: the response to a write while the watch cache is behind it, but for a minute at
   * most.
   */
  newest<T extends KubeObject>(name: string, cached: T | undefined, now: number): T | undefined;
  /** The object is gone: the one with this uid, or any if undefined. */
  forget(name: string, uid?: string): void;
  /** Forgets everything written for a resource, whose names start with `prefix`. */
  forgetAll(prefix: string): void;
}

const FIRST_RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 300_000;
const MAX_ANSWER_AGE_MS = 60_000;

export const createWriteCache = (): WriteCache => {
  const confirmations = new Map<string, Confirmed>();
  const refusals = new Map<string, RefusedWrite>();
  const taken = new Set<string>();
  return {
    confirmed: (name) => confirmations.get(name),
    confirm(name, sent, answer, now) {
      refusals.delete(name);
      taken.delete(name);
      confirmations.set(name, {
        sent: digest(sent),
        got: digest(appliedFields(answer, sent)),
        status: statusDigest(answer),
        uid: answer.metadata.uid,
        resourceVersion: answer.metadata.resourceVersion,
        at: now,
        answer,
      });
    },
    refusal: (name) => refusals.get(name),
    refuse(name, sent, what, now) {
      const before = refusals.get(name);
      const same = before?.sent === digest(sent) ? before.tries : 0;
      const waitMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(same, 10));
      const refusal = { sent: digest(sent), what, tries: same + 1, retryAt: now + waitMs };
      refusals.set(name, refusal);
      return refusal;
    },
    isTaken: (name) => taken.has(name),
    take: (name) => void taken.add(name),
    newest<T extends KubeObject>(name: string, cached: T | undefined, now: number): T | undefined {
      const confirmed = confirmations.get(name);
      if (confirmed?.answer === undefined) return cached;
      const isBehind =
        cached === undefined || !isAtLeast(cached.metadata.resourceVersion, confirmed.resourceVersion);
      // An object that the watch has not reported for this long was deleted while the watch was down.
      if (isBehind && now - confirmed.at < MAX_ANSWER_AGE_MS) return confirmed.answer as T;
      confirmations.set(name, { ...confirmed, answer: undefined });
      return cached;
    },
    forget(name, uid) {
      refusals.delete(name);
      const confirmed = confirmations.get(name);
      if (uid === undefined || confirmed === undefined || confirmed.uid === uid) confirmations.delete(name);
    },
    forgetAll(prefix) {
      for (const names of [confirmations, refusals, taken])
        for (const name of names.keys()) if (name.startsWith(prefix)) names.delete(name);
    },
  };
};

/** Whether the object is still the confirmed result of exactly this content. */
export const isUnchanged = (confirmed: Confirmed | undefined, content: unknown, live: KubeObject): boolean =>
  confirmed !== undefined &&
  confirmed.sent === digest(content) &&
  confirmed.got === digest(appliedFields(live, content));

/** Digest of an object's whole status. */
export const statusDigest = (object: KubeObject & { readonly status?: unknown }): string =>
  digest(sorted(object.status));

/** Digest of content made by this program, whose keys are always in the same order. */
export const digest = (content: unknown): string => hash('sha256', JSON.stringify(content) ?? '');
