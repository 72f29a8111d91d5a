import type { TlsPolicy } from '../../configuration/listener-policy.ts';
import type { TlsDetails } from '../../engine/tls-details.ts';
import { fatalAlert } from '../../tls/alert.ts';
import {
  type ClientHello,
  emptyHello,
  MOST_HELLO_BYTES,
  protocolsOf,
  serverNameOf,
  versionsOf,
} from '../../tls/client-hello.ts';
import { compileRoutes, findRoute } from '../../tls/host-routes.ts';
import { readHello } from '../../tls/read-hello.ts';
import { versionText } from '../../tls/version-text.ts';
import { type AcceptorTable, NO_BACKEND } from './messages.ts';
import type { Preface, PrefaceOutcome } from './preface.ts';
import type { ContextHandle, ListenerContexts } from './server-contexts.ts';
import { TimerWheel } from './timer-wheel.ts';

const NOT_TLS: PrefaceOutcome = { type: 'Refuse', reason: 'TlsNotSpoken' };
const SSL_2: PrefaceOutcome = { ...NOT_TLS, send: fatalAlert('protocol_version') };
const OTHER_MESSAGE: PrefaceOutcome = { ...NOT_TLS, send: fatalAlert('unexpected_message') };
const MALFORMED: PrefaceOutcome = {
  type: 'Refuse',
  reason: 'TlsHelloMalformed',
  send: fatalAlert('decode_error'),
};
const TOO_LONG: PrefaceOutcome = {
  type: 'Refuse',
  reason: 'TlsHelloTooLong',
  send: fatalAlert('illegal_parameter'),
};
const NAME_UNKNOWN: PrefaceOutcome = {
  type: 'Refuse',
  reason: 'TlsNameUnknown',
  send: fatalAlert('unrecognized_name'),
};
/** Of a listener that ends TLS and has no certificate: the handshake fails. */
const NO_CONTEXT: ContextHandle = { address: 0 };

/** Versions above are placeholders (GREASE), or not known yet. */
const NEWEST_VERSION = 0x304;

const detailsOf = (hello: ClientHello): TlsDetails => {
  const serverName = serverNameOf(hello);
  const versions = versionsOf(hello).filter((version) => version <= NEWEST_VERSION);
  return {
    ...(serverName === undefined ? {} : { serverName }),
    offered: versionText(Math.max(...versions, hello.legacyVersion)),
  };
};

/**
 * The ClientHello of TLS, which names the server: its route picks the backend, or else the listener's own is
 * taken (NO_BACKEND for none). All of it is passed on, to the endpoint, or to TLS in one of `contexts` if
 * that ends here. A route whose backend is not served has no endpoint.
 */
export const helloPreface = (
  { routes, timeoutMs, termination }: TlsPolicy,
  backendSlot: number,
  { backends }: Pick<AcceptorTable, 'backends'>,
  contexts?: ListenerContexts,
): Preface => {
  const slots = new Map(backends.map(({ name, slot }) => [name, slot]));
  const goTo = (slot: number) => ({ type: 'GoOn', backendSlot: slot, drop: 0 }) as const;
  const compiled = compileRoutes(
    routes,
    (route): PrefaceOutcome => ({ ...goTo(slots.get(route.backend) ?? NO_BACKEND), route }),
  );
  const otherwise = backendSlot === NO_BACKEND ? NAME_UNKNOWN : goTo(backendSlot);
  // Where TLS ends here, OpenSSL itself says what is wrong with a hello.
  const anyContext = contexts === undefined ? undefined : findRoute(contexts, undefined, []);
  // Unless a name has to have one, only without any certificate a name has none.
  const without = termination?.strictSni ? undefined : NO_CONTEXT;
  const malformed: PrefaceOutcome = { ...MALFORMED, context: anyContext };
  const hello = emptyHello();
  /** Past TLS, by the protocol that will be agreed upon. */
  const route = (name: string | undefined, offered: readonly string[]): PrefaceOutcome => {
    if (termination === undefined) return findRoute(compiled, name, offered) ?? otherwise;
    const agreed = termination.alpn.find((protocol) => offered.includes(protocol));
    const outcome = findRoute(compiled, name, agreed === undefined ? [] : [agreed]) ?? otherwise;
    const context = (contexts && findRoute(contexts, name, [])) ?? without;
    if (outcome.type !== 'GoOn') return outcome;
    return context === undefined ? NAME_UNKNOWN : { ...outcome, context };
  };
  /** Whether the bytes that were read last are a whole hello. */
  let isWhole = false;
  return {
    reads: 'ClientHello',
    ticks: TimerWheel.ticks(timeoutMs),
    mostBytes: MOST_HELLO_BYTES,
    tooSlow: 'TlsHelloTooSlow',
    tooLong: 'TlsHelloTooLong',
    cutShort: 'TlsHelloMalformed',
    read(bytes, length) {
      const reading = readHello(bytes, length, hello);
      isWhole = reading === 'Hello';
      switch (reading) {
        case 'NeedMore':
          return { type: 'NeedMore', needed: hello.needed };
        case 'Hello':
          return route(serverNameOf(hello), protocolsOf(hello));
        case 'NotTls':
        case 'Alert':
          return NOT_TLS;
        case 'OtherMessage':
          return OTHER_MESSAGE;
        case 'Sslv2':
          return SSL_2;
        case 'Malformed':
          return malformed;
        case 'TooLong':
          return TOO_LONG;
        default:
          return reading satisfies never;
      }
    },
    route,
    details: () => (isWhole ? detailsOf(hello) : undefined),
  };
};
