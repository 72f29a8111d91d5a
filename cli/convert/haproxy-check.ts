import { type Fields, given } from './draft.ts';
import { lineOf, type ProxySection } from './haproxy.ts';
import type { ServerLine } from './haproxy-server.ts';
import { haproxyTime, type Line } from './haproxy-syntax.ts';
import { duration, HOUR, SECOND } from './spelling.ts';

/** Options that check by a protocol which has no counterpart. */
const PROTOCOLS = [
  'mysql-check',
  'pgsql-check',
  'redis-check',
  'smtpchk',
  'ldap-check',
  'spop-check',
  'external-check',
];

/** The health check of a backend whose servers are checked. */
export const checkOf = (
  proxy: ProxySection,
  servers: readonly ServerLine[],
  note: (line: Line, message: string) => void,
): Fields | undefined => {
  const first = servers.find(({ checked }) => checked);
  if (first === undefined) return undefined;
  for (const server of servers)
    if (!server.checked)
      note(server.line, 'it is not checked, but others are: all endpoints of a backend are checked');
  const interval = Math.min(HOUR, Math.max(100, first.interval ?? 2 * SECOND));
  const limit =
    haproxyTime(lineOf(proxy, 'timeout', 'check')?.words[2]) ??
    haproxyTime(lineOf(proxy, 'timeout', 'connect')?.words[2]) ??
    interval;
  const bounded = (value: number | undefined, otherwise: number): number =>
    Math.min(10, Math.max(1, value ?? otherwise));
  return given({
    ...kindOf(proxy, first, note),
    port: first.checkPort,
    interval: duration(interval, 100, HOUR),
    timeout: duration(Math.min(limit, interval), 10, interval),
    healthyThreshold: bounded(first.rise, 2),
    unhealthyThreshold: bounded(first.fall, 3),
  });
};

const kindOf = (
  proxy: ProxySection,
  server: ServerLine,
  note: (line: Line, message: string) => void,
): Fields => {
  const http = lineOf(proxy, 'option', 'httpchk');
  if (http !== undefined) return httpOf(proxy, http, server, note);
  if (server.checkedByTls || lineOf(proxy, 'option', 'ssl-hello-chk') !== undefined) return { type: 'TLS' };
  for (const option of PROTOCOLS) {
    const line = lineOf(proxy, 'option', option);
    if (line !== undefined) note(line, `option ${option}: the check connects only`);
  }
  const script = proxy.lines.find(({ words }) => words[0] === 'tcp-check' && words[1] !== 'connect');
  if (script !== undefined) note(script, 'tcp-check: the check connects only');
  return { type: 'TCP' };
};

const PATH = /^\/[!-~]*$/;

const httpOf = (
  proxy: ProxySection,
  { words, line }: Line,
  server: ServerLine,
  note: (line: Line, message: string) => void,
): Fields => {
  const send = lineOf(proxy, 'http-check', 'send')?.words ?? [];
  const after = (word: string): string | undefined => {
    const at = send.indexOf(word);
    return at < 0 ? undefined : send[at + 1];
  };
  const [, , one, two] = words;
  const [method, uri] = two === undefined ? ['OPTIONS', one] : [one, two];
  const used = after('meth') ?? method;
  if (used !== 'GET') note({ words, line }, `option httpchk with ${used}: the check sends GET`);
  const path = after('uri') ?? uri ?? '/';
  const host = send.findIndex((word) => word.toLowerCase() === 'host');
  const expect = lineOf(proxy, 'http-check', 'expect');
  const statuses = expect?.words[2] === 'status' ? statusesOf(expect.words[3] ?? '') : undefined;
  if (expect !== undefined && statuses === undefined)
    note(expect, `${expect.words.join(' ')}: only statuses can be expected`);
  return {
    type: 'HTTP',
    http: given({
      path: PATH.test(path) ? path.replace(/#.*$/, '') : '/',
      host: host < 0 ? undefined : send[host + 1],
      tls: server.checkedByTls ? true : undefined,
      // HAProxy takes 2xx and 3xx; these are those of them that servers send.
      expectedStatuses: statuses ?? [200, 204, 206, 301, 302, 303, 304, 307, 308],
    }),
  };
};

/** `200`, `200,204` or `200-204`, at most 32 of them. */
const statusesOf = (text: string): readonly number[] | undefined => {
  const found = text.split(',').flatMap((part) => {
    const [first = Number.NaN, last = first] = part.split('-').map(Number);
    return last >= first && last - first < 32
      ? Array.from({ length: last - first + 1 }, (_, at) => first + at)
      : [Number.NaN];
  });
  const isUsable =
    found.length <= 32 && found.every((one) => Number.isInteger(one) && one >= 100 && one <= 599);
  return isUsable ? [...new Set(found)] : undefined;
};
