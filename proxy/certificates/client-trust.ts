import { createHash } from 'node:crypto';
import { certificateIn } from './pem.ts';
import { type RevocationList, subjectOf } from './revocation-list.ts';

/** Which certificates are looked up in lists of revoked ones: none, the client's, or the whole chain. */
export type RevocationCheck = 'None' | 'Client' | 'Chain';

/**
 * What the certificates of a listener's clients are verified with. Nothing in it is secret, but it may be
 * long: it is left out where a configuration is compared as JSON.
 */
export class ClientTrust {
  /** Identifies the content. */
  readonly id: string;
  readonly checks: RevocationCheck;
  /**
   * Whether an authority whose own issuer is not among them is trusted nevertheless; otherwise chains end
   * with one that signs itself, so that those in between can be revoked.
   */
  readonly isPartial: boolean;
  #authorities: readonly string[];
  #lists: readonly RevocationList[];

  /**
   * `authorities` are in PEM. `expired` is how many of the lists are not believed any more: sessions that
   * began before are then not resumed.
   */
  constructor(authorities: readonly string[], lists: readonly RevocationList[], expired = 0) {
    this.#authorities = authorities;
    this.#lists = lists;
    this.id = createHash('sha256')
      .update([...authorities, ...lists.map(({ pem }) => pem), expired].join('\n'))
      .digest('hex')
      .slice(0, 32);
    const read = authorities.flatMap((pem) => certificateIn(pem) ?? []);
    this.isPartial = read.some((one) => !read.some((issuer) => one.checkIssued(issuer)));
    const areAllListed = read.every((one) => lists.some(({ issuer }) => issuer === subjectOf(one)));
    this.checks = lists.length === 0 ? 'None' : areAllListed ? 'Chain' : 'Client';
  }

  get authorities(): readonly string[] {
    return this.#authorities;
  }

  /** PEM of each list of revoked certificates. */
  get lists(): readonly string[] {
    return this.#lists.map(({ pem }) => pem);
  }
}
