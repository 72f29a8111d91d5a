import { hash } from 'node:crypto';
import type { KubeObject } from '../../kube/object.ts';
import type { ChildProblem } from '../status/observed.ts';
import { appliedFields, sorted } from './applied-fields.ts';
import { isAtLeast } from './resource-version.ts';

/** What the API server has confirmed of one object. */
export interface Confirmed {
  /** Of what was sent. */
  readonly sent: string;
  /** Of what the API server made of it: it fills in, and writes quantities its own way. */
  readonly got: string;
  /** Of the whole status in its answer. */
  readonly status: string;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  /** When, on the monotonic clock. */
  readonly at: number;
  /** The answer, until the cache has it. */
  readonly answer: KubeObject | undefined;
}

/** Why it has refused something, and what somebody else has set that is in the way. */
export type RefusalDetails = Pick<ChildProblem, 'message' | 'foreign'>;

/** What it has refused. */
export interface RefusedWrite {
  readonly sent: string;
  readonly what: RefusalDetails;
  readonly tries: number;
  readonly retryAt: number;
}

/**
 * What was written, by the name of the object, so that nothing is sent twice. Kept in memory only: after a start each child is applied once,
 * which changes nothing at the API server.
 */
export interface WriteCache {
  confirmed(name: string): Confirmed | undefined;
  confirm(name: string, sent: unknown, answer: KubeObject, now: number): void;
  refusal(name: string): RefusedWrite | undefined;
  /** One more refusal of the same content waits twice as long. */
  refuse(name: string, sent: unknown, what: RefusalDetails, now: number): RefusedWrite;
  /** Whether the name was somebody else's when last tried. */
  isTaken(name: string): boolean;
  take(name: string): void;
  /** The newest known state: the answer to a write as long as the cache is behind it, but not for longer than a minute. */
  newest<T extends KubeObject>(name: string, cached: T | undefined, now: number): T | undefined;
  /** The object is gone: of this uid, or whatever it was. */
  forget(name: string, uid?: string): void;
  /** Everything that was written for a resource, by the beginning of its names. */
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
      // What the watch has not told for so long was deleted while nobody watched.
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

/** Whether the object still is what the API server made of exactly this content. */
export const isUnchanged = (confirmed: Confirmed | undefined, content: unknown, live: KubeObject): boolean =>
  confirmed !== undefined &&
  confirmed.sent === digest(content) &&
  confirmed.got === digest(appliedFields(live, content));

/** Of all that an object's status says. */
export const statusDigest = (object: KubeObject & { readonly status?: unknown }): string =>
  digest(sorted(object.status));

/** Of contents of one program, whose keys are always in the same order. */
export const digest = (content: unknown): string => hash('sha256', JSON.stringify(content) ?? '');
