import type { KeyPair } from '../certificates/key-pair.ts';
import type { KeyPairs } from '../sys/key-pairs.ts';
import type { AcceptorCertificate } from './acceptor/messages.ts';

/**
 * The certificates of the tables, in OpenSSL's memory: each is loaded once, and freed when no acceptor can be
 * about to make a context of it any more. Contexts have references of their own.
 */
export class ServedKeyPairs {
  #native: KeyPairs;
  #loaded = new Map<string, AcceptorCertificate>();

  constructor(native: KeyPairs) {
    this.#native = native;
  }

  get count(): number {
    return this.#loaded.size;
  }

  /** Loads what is not loaded yet. A pair for which there is no memory is left out, until the next table. */
  load(pairs: readonly KeyPair[]): readonly AcceptorCertificate[] {
    return pairs.flatMap((pair) => {
      const loaded = this.#loaded.get(pair.id) ?? this.#load(pair);
      if (loaded === undefined) return [];
      return [pair.staple === undefined ? loaded : { ...loaded, staple: pair.staple.der }];
    });
  }

  /** Frees all others. Call it once every acceptor has adopted a table with no more than these. */
  keepOnly(certificates: readonly AcceptorCertificate[]): void {
    const kept = new Set(certificates.map(({ id }) => id));
    for (const [id, { native }] of this.#loaded) {
      if (kept.has(id)) continue;
      this.#loaded.delete(id);
      this.#native.free(native);
    }
  }

  #load(pair: KeyPair): AcceptorCertificate | undefined {
    const { certificate, key } = pair.reveal();
    const native = this.#native.load(certificate, key);
    if (native === undefined) return undefined;
    const { id, names, kind } = pair;
    const loaded = { id, names, kind, native };
    this.#loaded.set(id, loaded);
    return loaded;
  }
}
