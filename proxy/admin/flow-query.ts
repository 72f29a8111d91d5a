import { canonicalAddress } from '../../crds/canonical-address.ts';
import { addressKind } from '../../crds/ip-address.ts';

/** A client that /explain is asked about; addresses in canonical notation. */
export interface AskedFlow {
  readonly from: string;
  readonly via: string | undefined;
  /** A listener: its name, or its port with its protocol, as given. */
  readonly to: string;
  readonly serverName: string | undefined;
  readonly protocols: readonly string[];
}

const PARAMETERS = ['from', 'to', 'via', 'sni', 'alpn'];
/** Those that may be repeated. */
const LISTS = ['alpn'];
const MOST_PROTOCOLS = 16;
/** One byte of the message is one character here. */
const TEXT = /^[\x21-\x7e]{1,255}$/;
const LISTENER = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\/(TCP|UDP))?$/;

const shown = (value: string): string => JSON.stringify(value.slice(0, 80));

/**
 * The address of `192.0.2.1`, `192.0.2.1:4711`, `fd00::1` or `[fd00::1]:4711`; undefined for anything else.
 */
const addressOf = (text: string): string | undefined => {
  const [, bracketed, plain, port = '1'] = /^(?:\[([^\]]*)\]|([^:]*))(?::([0-9]{1,5}))?$/.exec(text) ?? [];
  const address = canonicalAddress(bracketed ?? plain ?? text);
  const isPort = Number(port) >= 1 && Number(port) <= 65_535;
  return addressKind(address) === 'none' || !isPort || (bracketed !== undefined && !bracketed.includes(':'))
    ? undefined
    : address;
};

const problemOf = (query: URLSearchParams): string | undefined => {
  for (const name of query.keys()) {
    if (!PARAMETERS.includes(name))
      return `unknown parameter ${shown(name)}; there are ${PARAMETERS.join(', ')}`;
    if (!LISTS.includes(name) && query.getAll(name).length > 1) return `${name} is given more than once`;
  }
  for (const name of ['from', 'via']) {
    const text = query.get(name);
    if (text !== null && addressOf(text) === undefined)
      return `${name}=${shown(text)} is no IP address, such as 192.0.2.1, 192.0.2.1:4711 or [fd00::1]:4711`;
  }
  const [to, sni, alpn] = [query.get('to'), query.get('sni'), query.getAll('alpn')];
  if (!query.has('from')) return 'from is missing: the address of the client, such as from=192.0.2.1';
  if (to === null) return 'to is missing: the name or the port of a listener, such as to=web or to=53/UDP';
  if (!LISTENER.test(to) || to.length > 67)
    return `to=${shown(to)} is neither the name of a listener nor a port, such as web, 443 or 53/UDP`;
  if (sni !== null && !TEXT.test(sni))
    return `sni=${shown(sni)} is no server name, which has 1 to 255 visible characters of ASCII`;
  if (alpn.length > MOST_PROTOCOLS) return `alpn is given more than ${MOST_PROTOCOLS} times`;
  const wrong = alpn.find((protocol) => !TEXT.test(protocol));
  return wrong === undefined
    ? undefined
    : `alpn=${shown(wrong)} is no protocol, which has 1 to 255 visible characters of ASCII`;
};

/** Reads the parameters of /explain; a text says what is wrong with them, if anything is. */
export const readFlow = (query: URLSearchParams): AskedFlow | string => {
  const problem = problemOf(query);
  if (problem !== undefined) return problem;
  const via = query.get('via');
  return {
    from: addressOf(query.get('from') ?? '') ?? '',
    via: via === null ? undefined : addressOf(via),
    to: query.get('to') ?? '',
    serverName: query.get('sni') ?? undefined,
    protocols: query.getAll('alpn'),
  };
};
