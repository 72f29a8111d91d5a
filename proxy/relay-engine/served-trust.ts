import type { TrustText } from '../certificates/ca-bundle.ts';
import type { TrustStores } from '../sys/trust-stores.ts';
import type { AcceptorTrust } from './acceptor/messages.ts';

/**
 * The authorities of clients and endpoints, in OpenSSL's memory: each is loaded once, and freed when no
 * acceptor can be about to make a context of it any more. Contexts have references of their own.
 */
export class ServedTrust {
  #native: TrustStores;
  #loaded = new Map<string, AcceptorTrust>();

  constructor(native: TrustStores) {
    this.#native = native;
  }

  get count(): number {
    return this.#loaded.size;
  }

  /** Loads it unless it is loaded; undefined if there is no memory, until the next table. */
  load(trust: TrustText): AcceptorTrust | undefined {
    const known = this.#loaded.get(trust.id);
    if (known !== undefined) return known;
    const native = this.#native.load(trust);
    if (native === undefined) return undefined;
    const loaded = { id: trust.id, native };
    this.#loaded.set(trust.id, loaded);
    return loaded;
  }

  /** Frees all others. Call it once every acceptor has adopted a table with no more than these. */
  keepOnly(trusts: readonly AcceptorTrust[]): void {
    const kept = new Set(trusts.map(({ id }) => id));
    for (const [id, { native }] of this.#loaded) {
      if (kept.has(id)) continue;
      this.#loaded.delete(id);
      this.#native.free(native);
    }
  }
}
