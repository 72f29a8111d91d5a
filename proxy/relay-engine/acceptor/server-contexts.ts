import { createHash } from 'node:crypto';
import { type CertificateSet, certificateSets, defaultSet } from '../../certificates/certificate-sets.ts';
import type { TerminationPolicy } from '../../configuration/termination.ts';
import type { HandshakeFailure } from '../../engine/handshake-failure.ts';
import type { Tls } from '../../sys/tls.ts';
import { profileOf } from '../../tls/cipher-profiles.ts';
import { compileRoutes, type HostRoutes } from '../../tls/host-routes.ts';
import { alpnBytes } from './alpn-bytes.ts';
import type { AcceptorCertificate, AcceptorTable, AcceptorTrust } from './messages.ts';
import { type ServedClients, serveClients } from './served-clients.ts';

/** A context for clients. Its address is 0 once it was freed: whoever still has it learns that. */
export interface ContextHandle {
  address: number;
  /** What is checked of clients after the handshake; omitted if they are not asked for certificates. */
  readonly clients?: ServedClients;
  /** What a handshake fails with if there is no context; omitted if there is no certificate. */
  readonly failure?: HandshakeFailure;
}

/** Of a listener whose authorities of clients could never be read: each is refused. */
const NO_TRUST: ContextHandle = { address: 0, failure: 'NoClientAuthority' };

/**
 * Sessions keep that a client was verified: one is not resumed once that is done in another way, or by other
 * authorities and lists.
 */
const sessionContextOf = ({ sessionContext, clients }: TerminationPolicy, trust?: AcceptorTrust): string =>
  clients === undefined
    ? sessionContext
    : createHash('sha256')
        .update(JSON.stringify([sessionContext, clients.isRequired, clients.depth, trust?.id]))
        .digest('hex')
        .slice(0, 32);

/**
 * The contexts of a listener by the host names of its certificates. Any other name, and none, lead to that of
 * the first certificate, unless such clients are refused.
 */
export type ListenerContexts = HostRoutes<ContextHandle>;

type MakeContext = (
  policy: TerminationPolicy,
  set: CertificateSet<AcceptorCertificate>,
  trust: AcceptorTrust | undefined,
) => ContextHandle;

/** Which names have contexts, and of which certificates these are made by `make`. */
export const contextsOf = (
  policy: TerminationPolicy,
  certificates: readonly AcceptorCertificate[],
  trust: AcceptorTrust | undefined,
  make: MakeContext,
): ListenerContexts => {
  const sets = certificateSets(certificates);
  const routes = [...sets].map(([name, set]) => ({ hostnames: [name], alpn: [], set }));
  const others = { hostnames: ['*'], alpn: [], set: defaultSet(certificates, sets) };
  const all = policy.strictSni || certificates.length === 0 ? routes : [...routes, others];
  const isUntrusted = policy.clients !== undefined && trust === undefined;
  return compileRoutes(all, ({ set }) => (isUntrusted ? NO_TRUST : make(policy, set, trust)));
};

/**
 * The contexts that one acceptor makes of the certificates of its listeners. One stays as long as a table
 * needs it, so that tables which change nothing about TLS cost nothing.
 */
export class ServerContexts {
  #tls: () => Tls;
  #byKey = new Map<string, ContextHandle>();
  #needed = new Set<string>();
  #ticketKeys: Uint8Array | undefined;
  #hasStaples = false;

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
    this.#followStaples(listeners);
    this.#needed = new Set();
    const found = new Map<number, ListenerContexts>();
    for (const listener of listeners) {
      const { slot, policy, keyPairs } = listener;
      if (policy.tls?.termination !== undefined && keyPairs !== undefined)
        found.set(
          slot,
          contextsOf(policy.tls.termination, keyPairs, listener.trust, this.#context.bind(this)),
        );
    }
    return found;
  }

  /** OpenSSL is not loaded for nothing: only once there is a response, or was one. */
  #followStaples(listeners: AcceptorTable['listeners']): void {
    const staples = listeners.flatMap(({ keyPairs = [] }) =>
      keyPairs.flatMap(({ native, staple }) =>
        staple === undefined ? [] : [{ certificate: native.certificate, response: staple }],
      ),
    );
    if (staples.length > 0 || this.#hasStaples) this.#tls().setStaples(staples);
    this.#hasStaples = staples.length > 0;
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

  #context(
    policy: TerminationPolicy,
    set: CertificateSet<AcceptorCertificate>,
    trust: AcceptorTrust | undefined,
  ): ContextHandle {
    const { alpn, clients } = policy;
    const profile = profileOf(policy);
    const sessionContext = sessionContextOf(policy, trust);
    const key = JSON.stringify([profile, alpn, sessionContext, clients, set.map(({ id }) => id)]);
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
        ...(clients === undefined || trust === undefined
          ? {}
          : { clients: { ...clients, trust: trust.native } }),
      }),
      ...(clients === undefined ? {} : { clients: serveClients(clients) }),
    };
    this.#byKey.set(key, handle);
    return handle;
  }
}
