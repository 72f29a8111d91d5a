import type { Choice } from '../certificates/choose.ts';
import { type Staple, whyNotFresh } from '../certificates/staple.ts';
import type { UnfitResponse } from './read-staple.ts';

/** An OCSP response that was in use before. */
export interface FormerStaple {
  /** Of the pair that it is about. */
  readonly id: string;
  readonly staple: Staple;
}

/** What there is of OCSP responses beside that of the pair itself. */
export interface OtherStaples {
  /** What cannot be used of the one that is there now; undefined if it can, or there is none. */
  readonly unread: UnfitResponse | undefined;
  readonly former: FormerStaple | undefined;
}

export interface ChosenStaple {
  /** What clients get with the certificate in use; undefined for nothing. */
  readonly staple: Staple | undefined;
  /** What is wrong with the one that is there now, as a clause; undefined if nothing is. */
  readonly unfit: string | undefined;
}

/** Decides which OCSP response is used: as for certificates, one that cannot be used replaces nothing. */
export const chooseStaple = (
  { unread, former }: OtherStaples,
  { pair, unused }: Choice,
  nowMs: number,
): ChosenStaple => {
  const own = pair?.staple;
  const earlier = former?.id === pair?.id && unread?.isVerdict !== true ? former?.staple : undefined;
  // Without a response beside a pair that is in use, nobody wants one any more.
  const isAsked = own !== undefined || unread !== undefined || unused !== undefined;
  const known = isAsked ? [own, earlier].filter((one) => one !== undefined) : [];
  const [first] = known;
  return {
    staple: known.find((one) => whyNotFresh(one, nowMs) === undefined),
    unfit: unread?.why ?? (first && whyNotFresh(first, nowMs)),
  };
};

/** What clients get, as a sentence without its full stop. */
export const stapleText = (staple: Staple | undefined): string =>
  staple === undefined
    ? 'Clients get none with the certificate'
    : `The one read before goes to clients until ${new Date(staple.nextUpdateMs).toISOString()}`;
