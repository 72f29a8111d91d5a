import type { EndpointTlsPolicy } from '../../configuration/endpoint-tls.ts';
import type { Tls } from '../../sys/tls.ts';
import { endpointProfile } from '../../tls/cipher-profiles.ts';
import { alpnBytes } from './alpn-bytes.ts';
import { EndpointGroups } from './endpoint-groups.ts';
import { EndpointSessions } from './endpoint-sessions.ts';
import type { AcceptorBackend, AcceptorCredentials } from './messages.ts';

/** A context towards the endpoints of a backend. Its address is 0 if there is none (any more). */
export interface EndpointContext {
  address: number;
  readonly sessions: EndpointSessions;
  readonly groups: EndpointGroups;
}

/**
 * Endpoints of which something is kept for one backend: those that have gone are forgotten in time.
 */
const MOST_KEPT = 4096;

/**
 * The contexts that one acceptor makes for its backends. One stays as long as a table needs it, with its
 * sessions, so that tables which change nothing about TLS cost nothing.
 */
export class EndpointContexts {
  #tls: () => Tls;
  #byKey = new Map<string, EndpointContext>();
  #needed = new Set<string>();

  /** `tls` is called when the first context is needed. */
  constructor(tls: () => Tls) {
    this.#tls = tls;
  }

  get count(): number {
    return this.#byKey.size;
  }

  /** The contexts of the backends of a table, by slot. Those before stay until `freeOthers`. */
  follow(backends: readonly Pick<AcceptorBackend, 'slot' | 'policy' | 'credentials'>[]) {
    this.#needed = new Set();
    const found = new Map<number, EndpointContext>();
    for (const { slot, policy, credentials } of backends)
      if (policy.tls !== undefined)
        found.set(slot, this.#context(policy.tls, credentials ?? { isComplete: !policy.tls.verify }));
    return found;
  }

  /** Frees the contexts that the table followed last does not need. */
  freeOthers(): void {
    for (const [key, context] of this.#byKey) {
      if (this.#needed.has(key)) continue;
      this.#byKey.delete(key);
      context.sessions.freeAll();
      if (context.address !== 0) this.#tls().freeContext(context.address);
      context.address = 0;
    }
  }

  freeAll(): void {
    this.#needed.clear();
    this.freeOthers();
  }

  #context(policy: EndpointTlsPolicy, credentials: AcceptorCredentials): EndpointContext {
    const { trust, keyPair, isComplete } = credentials;
    if (!isComplete) return this.#emptyContext(0);
    const key = JSON.stringify([policy, trust?.id, keyPair?.id]);
    this.#needed.add(key);
    const known = this.#byKey.get(key);
    // One that could not be made may be made now: memory may have been short.
    if (known !== undefined && known.address !== 0) return known;
    const { serverName, alpn } = policy;
    const address = this.#tls().clientContext({
      ...endpointProfile(policy),
      ...(trust === undefined ? {} : { store: trust.native.store }),
      ...(serverName === undefined ? {} : { serverName }),
      ...(alpn.length === 0 ? {} : { alpn: alpnBytes(alpn) }),
      ...(keyPair === undefined ? {} : { keyPair: keyPair.native }),
    });
    const context = this.#emptyContext(address);
    this.#byKey.set(key, context);
    return context;
  }

  #emptyContext(address: number): EndpointContext {
    return {
      address,
      sessions: new EndpointSessions(MOST_KEPT, (session) => this.#tls().freeSession(session)),
      groups: new EndpointGroups(MOST_KEPT),
    };
  }
}
