import type { Staple } from './staple.ts';

/** What can be told of a certificate without its key. */
export interface CertificateFacts {
  /** Identifies the chain, and so the key that fits it. */
  readonly id: string;
  /** Host names, in lower case; one may begin with `*.`. */
  readonly names: readonly string[];
  readonly kind: KeyKind;
  /** Milliseconds since 1970. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** Kinds of keys that clients choose among; a name may have a certificate of each. */
export type KeyKind = 'RSA' | 'ECDSA' | 'Other';

/** PEM of a certificate with its chain, and of its private key. */
export interface KeyPairTexts {
  readonly certificate: string;
  readonly key: string;
}

/**
 * A certificate with its private key, checked. The key shows nowhere: not in JSON, not in a log, and not in a
 * message to another thread.
 */
export class KeyPair implements CertificateFacts {
  readonly id: string;
  readonly names: readonly string[];
  readonly kind: KeyKind;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** What clients get with it if they ask for its status. */
  readonly staple: Staple | undefined;
  #texts: KeyPairTexts;

  constructor(
    { id, names, kind, notBeforeMs, notAfterMs }: CertificateFacts,
    texts: KeyPairTexts,
    staple?: Staple,
  ) {
    this.id = id;
    this.names = names;
    this.kind = kind;
    this.notBeforeMs = notBeforeMs;
    this.notAfterMs = notAfterMs;
    this.staple = staple;
    this.#texts = texts;
  }

  withStaple(staple: Staple | undefined): KeyPair {
    return new KeyPair(this, this.#texts, staple);
  }

  /** The texts, for OpenSSL alone. */
  reveal(): KeyPairTexts {
    return this.#texts;
  }
}

/** Whether a certificate is valid at a time. */
export const isValidAt = (
  { notBeforeMs, notAfterMs }: Pick<CertificateFacts, 'notBeforeMs' | 'notAfterMs'>,
  nowMs: number,
): boolean => notBeforeMs <= nowMs && nowMs <= notAfterMs;
