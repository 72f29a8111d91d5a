import { type Fields, given } from './draft.ts';
import type { Stream } from './nginx-server.ts';
import type { Directive } from './nginx-syntax.ts';
import { nginxRate, nginxTime } from './nginx-values.ts';
import { secretName } from './secret-name.ts';
import { duration, HOUR, idle, MINUTE, SECOND } from './spelling.ts';
import { authorityRef, certificateRef, clientCertificates, revocationRef } from './trusted-files.ts';

type NoteAt = (line: number, message: string) => void;

/** The last of a directive, in a server or around it. */
export const directiveOf = (
  name: string,
  server: readonly Directive[],
  common: readonly Directive[],
): Directive | undefined =>
  server.findLast((one) => one.name === name) ?? common.findLast((one) => one.name === name);

/** Understood here or in nginx-server.ts. */
const UNDERSTOOD =
  /^(listen|proxy_(pass|timeout|connect_timeout|protocol|next_upstream|next_upstream_tries|next_upstream_timeout|half_close|upload_rate|download_rate|ssl|ssl_name|ssl_verify|ssl_server_name|ssl_session_reuse|ssl_trusted_certificate|ssl_certificate|ssl_certificate_key)|preread_timeout|ssl_preread|set_real_ip_from|allow|deny|limit_conn|ssl_certificate|ssl_certificate_key|ssl_protocols|ssl_alpn|ssl_verify_client|ssl_client_certificate|ssl_trusted_certificate|ssl_crl|ssl_verify_depth)$/;
/** Always so here, or about what is written where. */
const QUIET =
  /^(tcp_nodelay|access_log|error_log|proxy_buffer_size|proxy_socket_keepalive|preread_buffer_size|variables_.*|ssl_session_.*|ssl_buffer_size|ssl_dhparam|ssl_ecdh_curve|ssl_prefer_server_ciphers|server_name)$/;

/** Notes what of a server is understood nowhere. */
export const noteOthers = (server: readonly Directive[], note: NoteAt): void => {
  for (const { name, args, line } of server) {
    if (name === 'proxy_responses' || name === 'proxy_requests')
      note(line, `${name}: sessions end after timeouts.idle, not after a number of datagrams`);
    else if (!UNDERSTOOD.test(name) && !QUIET.test(name))
      note(line, `${[name, ...args].join(' ')} has no counterpart`);
  }
};

interface Listening {
  readonly listen: Directive;
  readonly flags: readonly string[];
  readonly protocol: 'TCP' | 'UDP';
  readonly server: readonly Directive[];
  readonly stream: Stream;
  readonly note: NoteAt;
}

/** Always so here, or of nginx's own sockets. */
const QUIET_FLAG =
  /^(udp|ssl|proxy_protocol|reuseport|bind|backlog=.*|so_keepalive=.*|ipv6only=.*|rcvbuf=.*|sndbuf=.*)$/;

/** The fields of a listener that do not name a backend. */
export const listenerSpec = (of: Listening): Fields => {
  const { listen, flags, protocol, server, stream, note } = of;
  const { common } = stream;
  for (const flag of flags)
    if (!QUIET_FLAG.test(flag)) note(listen.line, `${flag} of listen has no counterpart`);
  const time = (name: string): number | undefined => nginxTime(directiveOf(name, server, common)?.args[0]);
  const preread = directiveOf('ssl_preread', server, common)?.args[0] === 'on';
  const halfClose = directiveOf('proxy_half_close', server, common)?.args[0] === 'on';
  const idleMs = time('proxy_timeout') ?? 10 * MINUTE;
  const keepalive = keepaliveOf(flags.find((flag) => flag.startsWith('so_keepalive='))?.slice(13));
  const handshake = preread ? duration(time('preread_timeout') ?? 30 * SECOND, 100, 5 * MINUTE) : undefined;
  return given({
    timeouts: given({
      idle: idle(idleMs),
      // nginx ends both sides when one has ended, unless proxy_half_close is on.
      halfClosed: protocol === 'UDP' || halfClose ? undefined : '1s',
      handshake,
      keepalive: protocol === 'TCP' ? keepalive : undefined,
    }),
    proxyProtocol: flags.includes('proxy_protocol') ? trusted(of) : undefined,
    sources: sourcesOf(of),
    limits: limitsOf(of),
    tls: flags.includes('ssl') ? terminated(of) : undefined,
  });
};

const keepaliveOf = (text: string | undefined): Fields | undefined => {
  const [time, interval, probes] = (text ?? '').split(':');
  const seconds = (value: string | undefined): string | undefined => {
    const ms = nginxTime(value);
    return ms === undefined ? undefined : duration(Math.ceil(ms / SECOND) * SECOND, SECOND, 9 * HOUR);
  };
  const found = given({
    time: seconds(time),
    interval: seconds(interval),
    probes: /^\d+$/.test(probes ?? '') ? Math.min(127, Math.max(1, Number(probes))) : undefined,
  });
  return Object.keys(found).length === 0 ? undefined : found;
};

const trusted = ({ listen, server, stream, note }: Listening): Fields => {
  const from = [...stream.common, ...server].flatMap(({ name, args }) =>
    name === 'set_real_ip_from' && /^[0-9a-f.:/]+$/i.test(args[0] ?? '') ? args.slice(0, 1) : [],
  );
  if (from.length > 0) return { trustedSources: [...new Set(from)] };
  note(
    listen.line,
    'proxy_protocol without set_real_ip_from: every client is trusted; narrow trustedSources',
  );
  return { trustedSources: ['0.0.0.0/0', '::/0'] };
};

const sourcesOf = ({ server, stream, note }: Listening): Fields | undefined => {
  const rules = server.some(({ name }) => name === 'allow' || name === 'deny') ? server : stream.common;
  const of = (kind: string): readonly Directive[] => rules.filter(({ name }) => name === kind);
  const ranges = (kind: string): string[] =>
    of(kind).flatMap(({ args: [range = ''], line }) => {
      if (range === 'all') return [];
      if (/^[0-9a-f.:/]+$/i.test(range)) return [range];
      note(line, `${kind} ${range} has no counterpart`);
      return [];
    });
  const [allow, deny] = [ranges('allow'), ranges('deny')];
  const order = rules.filter(({ name }) => name === 'allow' || name === 'deny');
  const deniesRest = order.at(-1)?.name === 'deny' && order.at(-1)?.args[0] === 'all';
  const firstAllow = order.findIndex(({ name }) => name === 'allow');
  const laterDeny = order.findLast(({ name, args }) => name === 'deny' && args[0] !== 'all');
  if (laterDeny !== undefined && firstAllow >= 0 && order.indexOf(laterDeny) > firstAllow)
    note(laterDeny.line, 'deny takes precedence over allow here, in whatever order they are written');
  if (allow.length > 0 && !deniesRest)
    note(order[0]?.line ?? 0, 'allow without "deny all" at the end allows everybody, and is left out');
  const found = given({
    allow: deniesRest && allow.length > 0 ? [...new Set(allow)] : undefined,
    deny: deny.length > 0 ? [...new Set(deny)] : undefined,
  });
  return Object.keys(found).length === 0 ? undefined : found;
};

const limitsOf = ({ protocol, server, stream, note }: Listening): Fields | undefined => {
  const found: Record<string, unknown> = {};
  const own = server.some(({ name }) => name === 'limit_conn') ? server : stream.common;
  for (const { name, args, line } of own) {
    if (name !== 'limit_conn') continue;
    const key = stream.zones.get(args[0] ?? '') ?? '';
    const field = /^\$(binary_)?remote_addr$/.test(key) ? 'connectionsPerSource' : 'connections';
    if (field === 'connections') note(line, `limit_conn by ${key}: it limits the listener`);
    found[field] = Math.max(1, Number(args[1]) || 1);
  }
  const rate = (name: string): string | undefined => {
    const directive = directiveOf(name, server, stream.common);
    if (directive === undefined || directive.args[0] === '0') return undefined;
    const read = protocol === 'UDP' ? undefined : nginxRate(directive.args[0]);
    if (read === undefined) note(directive.line, `${name} ${directive.args[0]} has no counterpart`);
    return read;
  };
  const bandwidth = given({ upload: rate('proxy_upload_rate'), download: rate('proxy_download_rate') });
  if (Object.keys(bandwidth).length > 0) found.bandwidthPerConnection = bandwidth;
  return Object.keys(found).length === 0 ? undefined : found;
};

const terminated = ({ listen, server, stream, note }: Listening): Fields => {
  const certificates = [...stream.common, ...server].filter(({ name }) => name === 'ssl_certificate');
  const names = certificates.map(({ args: [path = ''] }) => secretName(path));
  const secrets = [...new Set(names.length === 0 ? ['certificate'] : names)];
  note(
    listen.line,
    `ssl: make the Secret${secrets.length === 1 ? '' : 's'} ${secrets.join(', ')} of type kubernetes.io/tls from the certificate and its key`,
  );
  const versions = directiveOf('ssl_protocols', server, stream.common)?.args;
  const alpn = directiveOf('ssl_alpn', server, stream.common)?.args;
  return given({
    mode: 'Terminate',
    certificateRefs: secrets.map((name) => ({ name })),
    minVersion: versions === undefined || versions.includes('TLSv1.2') ? undefined : 'TLS1.3',
    alpn,
    clientCertificates: verification(server, stream.common, note),
  });
};

/** How clients are verified. nginx allows one authority in between unless it is told otherwise. */
const verification = (
  server: readonly Directive[],
  common: readonly Directive[],
  note: NoteAt,
): Fields | undefined => {
  const find = (name: string): Directive | undefined => directiveOf(name, server, common);
  const verify = find('ssl_verify_client');
  const [kind = 'off'] = verify?.args ?? [];
  if (verify === undefined || kind === 'off') return undefined;
  if (kind === 'optional_no_ca') {
    note(
      verify.line,
      'ssl_verify_client optional_no_ca: certificates that are not verified are not asked for',
    );
    return undefined;
  }
  const refs = (names: readonly string[], ref: typeof authorityRef): readonly Fields[] =>
    names.flatMap((name) => {
      const found = find(name);
      if (found === undefined) return [];
      return [ref(name, found.args[0] ?? '', (message) => note(found.line, message))];
    });
  return clientCertificates(
    {
      mode: kind === 'optional' ? 'Request' : 'Require',
      caRefs: refs(['ssl_client_certificate', 'ssl_trusted_certificate'], authorityRef),
      crlRefs: refs(['ssl_crl'], revocationRef),
      depth: Number(find('ssl_verify_depth')?.args[0] ?? 1),
    },
    (message) => note(verify.line, message),
  );
};

/** The fields of a backend that nginx writes in the server which uses it. */
export const withBackendSpec = (
  server: readonly Directive[],
  common: readonly Directive[],
  servers: number,
  note: NoteAt,
): Fields => {
  const time = (name: string): number | undefined => nginxTime(directiveOf(name, server, common)?.args[0]);
  const first = (name: string): string | undefined => directiveOf(name, server, common)?.args[0];
  const timeout = time('proxy_connect_timeout') ?? MINUTE;
  const tries = Number(first('proxy_next_upstream_tries') ?? 0) || Math.max(1, servers);
  const retries = first('proxy_next_upstream') === 'off' ? 0 : Math.min(10, tries - 1);
  const total = time('proxy_next_upstream_timeout') || timeout * (retries + 1);
  return given({
    connect: {
      timeout: duration(timeout, 10, 5 * MINUTE),
      retries,
      totalTimeout: duration(Math.max(total, Math.min(timeout, 5 * MINUTE)), 10, 30 * MINUTE),
    },
    proxyProtocol: first('proxy_protocol') === 'on' ? { version: 'V1' } : undefined,
    tls: first('proxy_ssl') === 'on' ? tlsOf(server, common, note) : undefined,
  });
};

/** nginx looks at no certificate unless it is told to. */
const tlsOf = (server: readonly Directive[], common: readonly Directive[], note: NoteAt): Fields => {
  const find = (name: string): Directive | undefined => directiveOf(name, server, common);
  const name = find('proxy_ssl_name')?.args[0]?.toLowerCase();
  const isVerified = find('proxy_ssl_verify')?.args[0] === 'on';
  const refTo = (directive: string, ref: typeof authorityRef): Fields | undefined => {
    const found = find(directive);
    if (found === undefined) return undefined;
    return ref(directive, found.args[0] ?? '', (message) => note(found.line, message));
  };
  return given({
    mode: isVerified ? 'Verify' : 'Insecure',
    caRef: isVerified ? refTo('proxy_ssl_trusted_certificate', authorityRef) : undefined,
    clientCertificateRef: refTo('proxy_ssl_certificate', certificateRef),
    serverName: name !== undefined && /^[a-z0-9.-]*[a-z][a-z0-9-]*$/.test(name) ? name : undefined,
  });
};
