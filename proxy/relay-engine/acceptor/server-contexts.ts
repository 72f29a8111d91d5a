import { type CertificateSet, certificateSets, defaultSet } from '../../certificates/certificate-sets.ts';
import type { TerminationPolicy } from '../../configuration/termination.ts';
import type { Tls } from '../../sys/tls.ts';
import { compileRoutes, type HostRoutes } from '../../tls/host-routes.ts';
import { profileOf } from './cipher-profiles.ts';
import type { AcceptorCertificate, AcceptorTable } from './messages.ts';

/** A context for clients. Its address is 0 once it was freed: whoever still has it learns that. */
export interface ContextHandle {
  address: number;
}

/**
 * The contexts of a listener by the host names of its certificates. Any other name, and none, lead to that of
 * the first certificate, unless such clients are refused.
 */
export type ListenerContexts = HostRoutes<ContextHandle>;

/** Protocols in the form of the ALPN extension. */
const alpnBytes = (protocols: readonly string[]): Uint8Array =>
  Buffer.concat(protocols.flatMap((one) => [Buffer.of(Buffer.byteLength(one)), Buffer.from(one)]));

/**
 * The contexts that one acceptor makes of the certificates of its listeners. One stays as long as a table
 * needs it, so that tables which change nothing about TLS cost nothing.
 */
export class ServerContexts {
  #tls: () => Tls;
  #byKey = new Map<string, ContextHandle>();
  #needed = new Set<string>();
  #ticketKeys: Uint8Array | undefined;

  /** `tls` is called when the first context is needed. */
  constructor(tls: () => Tls) {
    this.#tls = tls;
  }

  get count(): number {
    return this.#byKey.size;
  }

  /** The contexts of the listeners of a table that end TLS, by slot. Those before stay until `freeOthers`. */
  follow({ listeners, ticketKeys }: Pick<AcceptorTable, 'listeners' | 'ticketKeys'>) {
    if (ticketKeys !== undefined && ticketKeys !== this.#ticketKeys) {
      this.#tls().setTicketKeys(ticketKeys);
      this.#ticketKeys = ticketKeys;
    }
    this.#needed = new Set();
    const found = new Map<number, ListenerContexts>();
    for (const listener of listeners) {
      const { slot, policy, keyPairs } = listener;
      if (policy.tls?.termination !== undefined && keyPairs !== undefined)
        found.set(slot, this.#ofListener(policy.tls.termination, keyPairs));
    }
    return found;
  }

  /** Frees the contexts that the table followed last does not need. */
  freeOthers(): void {
    for (const [key, handle] of this.#byKey) {
      if (this.#needed.has(key)) continue;
      this.#byKey.delete(key);
      if (handle.address !== 0) this.#tls().freeContext(handle.address);
      handle.address = 0;
    }
  }

  freeAll(): void {
    this.#needed.clear();
    this.freeOthers();
  }

  #ofListener(policy: TerminationPolicy, certificates: readonly AcceptorCertificate[]): ListenerContexts {
    const sets = certificateSets(certificates);
    const routes = [...sets].map(([name, set]) => ({ hostnames: [name], alpn: [], set }));
    const others = { hostnames: ['*'], alpn: [], set: defaultSet(certificates, sets) };
    const all = policy.strictSni || certificates.length === 0 ? routes : [...routes, others];
    return compileRoutes(all, ({ set }) => this.#context(policy, set));
  }

  #context(policy: TerminationPolicy, set: CertificateSet<AcceptorCertificate>): ContextHandle {
    const { alpn, sessionContext } = policy;
    const profile = profileOf(policy);
    const key = JSON.stringify([profile, alpn, sessionContext, set.map(({ id }) => id)]);
    this.#needed.add(key);
    const known = this.#byKey.get(key);
    // One that could not be made may be made now: memory may have been short.
    if (known !== undefined && known.address !== 0) return known;
    const handle = {
      address: this.#tls().serverContext({
        ...profile,
        sessionContext: Buffer.from(sessionContext),
        ...(alpn.length === 0 ? {} : { alpn: alpnBytes(alpn) }),
        keyPairs: set.map(({ native }) => native),
      }),
    };
    this.#byKey.set(key, handle);
    return handle;
  }
}
