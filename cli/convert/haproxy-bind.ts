import { type Fields, given } from './draft.ts';
import type { Line } from './haproxy-syntax.ts';
import { secretName } from './secret-name.ts';
import { portOf, splitHost } from './spelling.ts';
import { authorityRef, clientCertificates, revocationRef } from './trusted-files.ts';

type NoteAt = (line: Line, message: string) => void;

/** More listeners than this are more than a balancer has. */
const MOST_PORTS = 64;
const EVERY = /^(|\*|::|\[::\]|0\.0\.0\.0|ipv[46]@(\*|::|\[::\])?)$/;

/** The ports of a `bind` line. */
export const boundPorts = (bind: Line, note: NoteAt): readonly number[] => {
  const [, addresses = ''] = bind.words;
  return addresses.split(',').flatMap((address) => {
    if (/^(unix|abns|abnsz|fd|sockpair|quic[46]|udp[46]?)@|^\//.test(address)) {
      note(bind, `bind ${address}: only ports of TCP can be converted`);
      return [];
    }
    // `:::80` is all addresses of IPv6.
    const { host, port = '' } = address.startsWith(':::')
      ? { host: '::', port: address.slice(3) }
      : splitHost(address);
    if (!EVERY.test(host)) note(bind, `bind ${address}: pods listen on all of their addresses`);
    const [first = 0, last = first] = port.split('-').map((one) => portOf(one) ?? 0);
    if (first === 0 || last < first || last - first >= MOST_PORTS) {
      note(bind, `bind ${address}: it needs a port number, or a range of at most ${MOST_PORTS}`);
      return [];
    }
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
};

/** With a value, and without. */
const QUIET_WITH = new Set([
  'name',
  'id',
  'backlog',
  'tcp-ut',
  'thread',
  'shards',
  'nice',
  'process',
  'level',
]);
const QUIET_ALONE = new Set(['accept-proxy', 'v4v6', 'v6only', 'defer-accept', 'tfo', 'transparent']);
const OF_TLS = new Set([
  'crt',
  'alpn',
  'ssl-min-ver',
  'ciphers',
  'ciphersuites',
  'curves',
  'ca-file',
  'ca-verify-file',
  'crl-file',
  'crt-list',
  'verify',
  'npn',
]);

/** What ends TLS at a `bind` line; undefined if nothing does. Notes what of the line has no counterpart. */
export const termination = (bind: Line, note: NoteAt): Fields | undefined => {
  const [, , ...words] = bind.words;
  const values = new Map<string, string[]>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (OF_TLS.has(word)) values.set(word, [...(values.get(word) ?? []), words[++at] ?? '']);
    else if (QUIET_WITH.has(word)) at++;
    else if (word === 'ssl' || word === 'strict-sni') values.set(word, []);
    else if (!QUIET_ALONE.has(word)) note(bind, `bind … ${word} has no counterpart`);
  }
  if (!values.has('ssl')) return undefined;
  for (const word of ['ciphers', 'ciphersuites', 'curves', 'crt-list'])
    if (values.has(word)) note(bind, `bind … ${word} has no counterpart`);
  const names = (values.get('crt') ?? []).map(secretName);
  const secrets = [...new Set(names.length === 0 ? ['certificate'] : names)];
  note(
    bind,
    `ssl: make the Secret${secrets.length === 1 ? '' : 's'} ${secrets.join(', ')} of type kubernetes.io/tls from the certificate and its key`,
  );
  return given({
    mode: 'Terminate',
    certificateRefs: secrets.map((name) => ({ name })),
    minVersion: values.get('ssl-min-ver')?.[0] === 'TLSv1.3' ? 'TLS1.3' : undefined,
    alpn: values.get('alpn')?.[0]?.split(','),
    strictSni: values.has('strict-sni') ? true : undefined,
    clientCertificates: verification(values, (message) => note(bind, message)),
  });
};

/** How clients are verified: with a bad certificate they are refused even where one is optional. */
const verification = (
  values: ReadonlyMap<string, readonly string[]>,
  note: (message: string) => void,
): Fields | undefined => {
  const [verify = 'none'] = values.get('verify') ?? [];
  if (verify === 'none') return undefined;
  const refs = (words: readonly string[], ref: typeof authorityRef): readonly Fields[] =>
    words.flatMap((word) => (values.get(word) ?? []).map((path) => ref(word, path, note)));
  return clientCertificates(
    {
      mode: verify === 'optional' ? 'Request' : 'Require',
      caRefs: refs(['ca-file', 'ca-verify-file'], authorityRef),
      crlRefs: refs(['crl-file'], revocationRef),
    },
    note,
  );
};
