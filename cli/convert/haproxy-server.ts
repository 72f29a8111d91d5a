import { type Fields, given } from './draft.ts';
import { haproxyTime, type Line } from './haproxy-syntax.ts';
import { authorityRef, certificateRef } from './trusted-files.ts';

/** A `server` line with the defaults of `default-server`. */
export interface ServerLine {
  readonly line: Line;
  readonly address: string;
  readonly weight: number | undefined;
  readonly backup: boolean;
  readonly disabled: boolean;
  readonly checked: boolean;
  readonly checkedByTls: boolean;
  readonly checkPort: number | undefined;
  readonly interval: number | undefined;
  readonly rise: number | undefined;
  readonly fall: number | undefined;
  readonly maxConnections: number | undefined;
  readonly slowStart: number | undefined;
  readonly proxyVersion: 'V1' | 'V2' | undefined;
  readonly observesErrors: boolean;
  readonly errorLimit: number;
  readonly closesWhenDown: boolean;
  /** How TLS is spoken with it; undefined if it is not. */
  readonly tls: Fields | undefined;
}

/** Keywords with a value that are read. */
const VALUES = new Set(
  'weight inter rise fall port maxconn slowstart on-marked-down observe error-limit on-error verify verifyhost sni ca-file crt'.split(
    ' ',
  ),
);
const FLAGS = new Set(
  'check backup disabled send-proxy send-proxy-v2 check-ssl enabled check-send-proxy ssl'.split(' '),
);
/** About names and checks, with a value; nothing is lost without them. */
const QUIET_VALUES = new Set(
  'fastinter downinter resolvers resolve-prefer init-addr id cookie check-sni check-alpn maxqueue minconn pool-max-conn pool-purge-delay resolve-opts'.split(
    ' ',
  ),
);
/** With a value, and without a counterpart. */
const OTHER_VALUES = new Set(
  'addr agent-port agent-inter agent-check ciphers ssl-min-ver ssl-max-ver alpn source track usesrc interface namespace on-marked-up tcp-ut crl-file ws proto set-proxy-v2-tlv-fmt proxy-v2-options shard guid'.split(
    ' ',
  ),
);

/** Reads a `server` line. `note` gets what has no counterpart. */
export const readServer = (
  line: Line,
  defaults: readonly string[],
  note: (message: string) => void,
): ServerLine => {
  const [, , address = '', ...own] = line.words;
  const values = new Map<string, string>();
  const flags = new Set<string>();
  const read = (words: readonly string[], say: (message: string) => void): void => {
    for (let at = 0; at < words.length; at++) {
      const word = words[at] ?? '';
      if (VALUES.has(word)) values.set(word, words[++at] ?? '');
      else if (QUIET_VALUES.has(word)) at++;
      else if (FLAGS.has(word)) flags.add(word);
      else if (word.startsWith('no-')) flags.delete(word.slice(3));
      else {
        if (OTHER_VALUES.has(word)) at++;
        say(`${word} of a server has no counterpart`);
      }
    }
  };
  read(defaults, note);
  read(own, note);
  const number = (name: string): number | undefined => {
    const value = values.get(name);
    return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
  };
  const weight = number('weight');
  return {
    line,
    address,
    weight: weight === undefined ? undefined : Math.min(256, weight),
    backup: flags.has('backup'),
    disabled: flags.has('disabled'),
    checked: flags.has('check'),
    checkedByTls: flags.has('check-ssl'),
    checkPort: number('port'),
    interval: haproxyTime(values.get('inter')),
    rise: number('rise'),
    fall: number('fall'),
    maxConnections: number('maxconn') || undefined,
    slowStart: haproxyTime(values.get('slowstart')),
    proxyVersion: flags.has('send-proxy-v2') ? 'V2' : flags.has('send-proxy') ? 'V1' : undefined,
    observesErrors: values.get('observe') === 'layer4',
    errorLimit: number('error-limit') || 10,
    closesWhenDown: values.get('on-marked-down') === 'shutdown-sessions',
    tls: flags.has('ssl') ? tlsOf(values, note) : undefined,
  };
};

/** Its certificates are verified unless it says otherwise, as in HAProxy. */
const tlsOf = (values: ReadonlyMap<string, string>, note: (message: string) => void): Fields => {
  const sni = values.get('sni');
  const [, literal] = /^str\(([a-z0-9.-]+)\)$/i.exec(sni ?? '') ?? [];
  if (sni !== undefined && literal === undefined)
    note(`sni ${sni}: tls.serverName is one name for a whole backend`);
  const authorities = values.get('ca-file');
  const own = values.get('crt');
  const isVerified = values.get('verify') !== 'none';
  const hasBundle = isVerified && authorities !== undefined && authorities !== '@system-ca';
  return given({
    mode: isVerified ? 'Verify' : 'Insecure',
    caRef: hasBundle ? authorityRef('ca-file', authorities, note) : undefined,
    serverName: (values.get('verifyhost') ?? literal)?.toLowerCase(),
    clientCertificateRef: own === undefined ? undefined : certificateRef('crt', own, note),
  });
};
