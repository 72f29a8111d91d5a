/** An OCSP response about a certificate, verified: its issuer says that it is not revoked. */
export interface Staple {
  /** Identifies the content. */
  readonly id: string;
  readonly der: Uint8Array;
  /** Milliseconds since 1970: between these two clients believe it. */
  readonly thisUpdateMs: number;
  readonly nextUpdateMs: number;
}

/** Clocks of issuers and of this machine differ. */
const SKEW_MS = 300_000;

/** Why clients would not believe a staple at a time: a clause; undefined if they do. */
export const whyNotFresh = (
  { thisUpdateMs, nextUpdateMs }: Pick<Staple, 'thisUpdateMs' | 'nextUpdateMs'>,
  nowMs: number,
): string | undefined => {
  if (nowMs >= nextUpdateMs) return `was to be replaced by ${new Date(nextUpdateMs).toISOString()}`;
  if (nowMs < thisUpdateMs - SKEW_MS) return `holds only from ${new Date(thisUpdateMs).toISOString()} on`;
  return undefined;
};
