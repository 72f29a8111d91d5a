import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { limitConcurrency } from '../proxy-reports/concurrency-limit.ts';
import type { Reviews, TokenUser } from './reviews.ts';
import { type Admission, EVERYTHING, scopeOf } from './scope.ts';

export interface AdmitTokenDeps {
  readonly reviews: Reviews;
  /** The namespaces that have balancers. */
  readonly namespaces: () => readonly string[];
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

/** Admits whoever sends a token that the API server confirms. */
export type AdmitToken = (headers: IncomingHttpHeaders) => Promise<Admission>;

/** How long an answer counts: a right that is taken away ends within this time. */
const ADMITTED_MS = 60_000;
const REFUSED_MS = 10_000;
/**
 * Answers that are kept. Whoever sends made-up tokens fills them with refusals, and costs others a review.
 */
const MOST_KEPT = 64;
/** Reviews at the same time, and tokens that may wait for one. */
const MOST_REVIEWS = 4;
const MOST_WAITING = 16;
/** Reviews of one token: beyond this, a user who may not get L4Balancers of all namespaces sees these. */
const MOST_NAMESPACES = 256;

const refused = (status: 401 | 403 | 503, why: string): Admission => ({ kind: 'Refused', status, why });

const NO_TOKEN = refused(
  401,
  'A token is needed: send one that the API server accepts in the header Authorization, after "Bearer ".',
);
const WRONG_TOKEN = refused(
  401,
  'The API server does not accept this token: it is wrong, expired, or made for others.',
);
const NO_RIGHT = refused(
  403,
  'This token may get l4balancers neither in all namespaces nor in one that has any: its user needs the verb get on them.',
);
const NO_ANSWER = refused(503, 'The API server does not say whether this token is valid; try again.');
const BUSY = refused(503, 'Too many tokens are being checked; try again.');

interface Kept {
  readonly untilMs: number;
  readonly admission: Promise<Admission>;
}

/**
 * Asks the API server whose the token is (TokenReview) and what that user may see (SubjectAccessReview), and
 * keeps the answer for a minute. Tokens are kept as their hashes alone.
 */
export const createAdmitToken = ({ reviews, namespaces, now, onError }: AdmitTokenDeps): AdmitToken => {
  const kept = new Map<string, Kept>();
  const withinLimit = limitConcurrency(MOST_REVIEWS);
  let waiting = 0;

  const scopeOfUser = async (user: TokenUser): Promise<Admission> => {
    if (await reviews.mayGet(user, undefined)) return { kind: 'Admitted', scope: EVERYTHING };
    const asked = [...namespaces()].sort().slice(0, MOST_NAMESPACES);
    const allowed = await Promise.all(
      asked.map((namespace) => withinLimit(() => reviews.mayGet(user, namespace))),
    );
    const seen = asked.filter((_, index) => allowed[index]);
    return seen.length === 0 ? NO_RIGHT : { kind: 'Admitted', scope: scopeOf(seen) };
  };

  const review = async (token: string): Promise<Admission> => {
    waiting += 1;
    try {
      const user = await withinLimit(() => reviews.userOf(token));
      return user === undefined ? WRONG_TOKEN : await scopeOfUser(user);
    } catch (error) {
      onError(error);
      return NO_ANSWER;
    } finally {
      waiting -= 1;
    }
  };

  return async ({ authorization = '' }) => {
    const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
    if (token === undefined) return NO_TOKEN;
    const key = hash('sha256', token);
    const known = kept.get(key);
    if (known !== undefined && now() < known.untilMs) return known.admission;
    if (waiting >= MOST_WAITING) return BUSY;
    const admission = review(token);
    const keep = (ms: number): void => {
      kept.delete(key);
      kept.set(key, { untilMs: now() + ms, admission });
      for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest);
    };
    // Whoever asks meanwhile waits for the same answer.
    keep(ADMITTED_MS);
    const answer = await admission;
    if (answer.kind === 'Admitted') return answer;
    if (answer.status === 503) kept.delete(key);
    else keep(REFUSED_MS);
    return answer;
  };
};
