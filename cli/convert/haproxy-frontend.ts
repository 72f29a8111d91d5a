import type { FoundListener, FoundRoute, Note } from './draft.ts';
import { given } from './draft.ts';
import { lineOf, type ProxySection } from './haproxy.ts';
import { boundPorts, termination } from './haproxy-bind.ts';
import { hostsOf, sourcesOf } from './haproxy-rules.ts';
import { haproxyTime, type Line } from './haproxy-syntax.ts';
import { duration, idle, MINUTE } from './spelling.ts';

/** Always so here, about logging, or of backends. */
const QUIET =
  /^(mode|bind|default_backend|use_backend|acl|timeout|maxconn|log|log-tag|log-format|id|description|balance|server|default-server|retries|hash-type|http-check|tcp-check|enabled)$/;
const QUIET_OPTION =
  /^(tcplog|dontlognull|dontlog-normal|logasap|clitcpka|srvtcpka|tcpka|splice-.*|tcp-smart-.*|nolinger|redispatch|tcp-check|httpchk|ssl-hello-chk|.*-check|smtpchk|ldap-check|log-.*|contstats|independent-streams|socket-stats|http.*|forwardfor|abortonclose|prefer-last-server|allbackups)$/;

/** The listeners of a frontend, or of a listen section: one for each port. */
export const haproxyListeners = (
  proxy: ProxySection,
  all: readonly ProxySection[],
): readonly FoundListener[] => {
  const notes: Note[] = [];
  const note = ({ line }: Pick<Line, 'line'>, message: string): void => {
    notes.push({ where: proxy.where(line), message });
  };
  for (const line of proxy.lines) {
    const [first = '', second = ''] = line.words;
    if (first === 'option' ? !QUIET_OPTION.test(second) : !QUIET.test(first) && !isRule(line))
      note(line, `${line.words.join(' ')} has no counterpart`);
  }
  const backend = targetOf(proxy);
  const routes = routesOf(proxy, note);
  const sources = sourcesOf(proxy, note);
  const hello = proxy.lines.find(({ words }) => words[0] === 'tcp-request' && words[1] === 'inspect-delay');
  const maxconn =
    proxy.kind === 'frontend' || proxy.kind === 'listen' ? ownLine(proxy, 'maxconn') : undefined;
  if (maxconn !== undefined)
    note(maxconn, 'maxconn: more connections are refused, instead of waiting in the queue of the kernel');
  const bound = proxy.lines.filter(({ words }) => words[0] === 'bind');
  const timeouts = timeoutsOf(proxy, all, backend, note);
  return bound.flatMap((bind, at) => {
    const accept = bind.words.includes('accept-proxy');
    if (accept) note(bind, 'accept-proxy: every client is trusted; narrow trustedSources');
    const tls = termination(bind, note);
    return boundPorts(bind, note).map(
      (port, more): FoundListener => ({
        where: proxy.where(bind.line),
        name: bound.length === 1 && more === 0 ? proxy.name : `${proxy.name}-${port}`,
        port,
        protocol: 'TCP',
        backend,
        ...(routes.length === 0 ? {} : { routes }),
        spec: given({
          timeouts: {
            ...timeouts,
            ...(routes.length === 0 && !accept
              ? {}
              : { handshake: duration(haproxyTime(hello?.words[2]) ?? 10_000, 100, 5 * MINUTE) }),
          },
          proxyProtocol: accept ? { trustedSources: ['0.0.0.0/0', '::/0'] } : undefined,
          sources,
          limits:
            maxconn === undefined ? undefined : { connections: Math.max(1, Number(maxconn.words[1]) || 1) },
          tls,
        }),
        notes: at === 0 && more === 0 ? notes : [],
      }),
    );
  });
};

const ownLine = (proxy: ProxySection, first: string): Line | undefined =>
  proxy.lines.findLast(({ words }) => words[0] === first);

const isRule = ({ words: [first, second] }: Line): boolean =>
  first === 'tcp-request' && (second === 'connection' || second === 'content' || second === 'inspect-delay');

const targetOf = (proxy: ProxySection): string | undefined => {
  const chosen = lineOf(proxy, 'default_backend')?.words[1];
  if (chosen !== undefined) return chosen;
  return proxy.kind === 'listen' && proxy.lines.some(({ words }) => words[0] === 'server')
    ? proxy.name
    : undefined;
};

/** Routes by host name, from `use_backend … if { req.ssl_sni … }`. */
const routesOf = (
  proxy: ProxySection,
  note: (line: Line, message: string) => void,
): readonly FoundRoute[] => {
  const seen = new Set<string>();
  return proxy.lines.flatMap((line): readonly FoundRoute[] => {
    const [first, backend = '', ...condition] = line.words;
    if (first !== 'use_backend') return [];
    const hosts = hostsOf(condition, proxy);
    if (hosts === undefined) {
      note(line, `${line.words.join(' ')}: only conditions on req.ssl_sni can be converted`);
      return [];
    }
    if (hosts.some((one) => one.startsWith('*')))
      note(line, 'names that end with a text: *.example.com is for names with one more label only');
    // The first rule wins in HAProxy.
    const own = hosts.filter((one) => !seen.has(one));
    for (const one of own) seen.add(one);
    return Array.from({ length: Math.ceil(own.length / MOST_HOSTS) }, (_, at) => ({
      hostnames: own.slice(at * MOST_HOSTS, (at + 1) * MOST_HOSTS),
      backend,
    }));
  });
};

/** Of one route. */
const MOST_HOSTS = 8;

const timeoutsOf = (
  proxy: ProxySection,
  all: readonly ProxySection[],
  backend: string | undefined,
  note: (line: Pick<Line, 'line'>, message: string) => void,
) => {
  const other = all.find((one) => one.kind !== 'frontend' && one.name === backend) ?? proxy;
  const time = (of: ProxySection, name: string): number | undefined =>
    haproxyTime(lineOf(of, 'timeout', name)?.words[2]);
  const [client, server] = [time(proxy, 'client'), time(other, 'server')];
  const tunnel = time(other, 'tunnel') ?? time(proxy, 'tunnel');
  if (tunnel === undefined && client !== undefined && server !== undefined && client !== server) {
    const line = lineOf(proxy, 'timeout', 'client');
    if (line !== undefined)
      note(line, 'timeout client and timeout server differ: timeouts.idle is the longer one');
  }
  const idleMs =
    tunnel ?? (client === undefined && server === undefined ? undefined : Math.max(client ?? 0, server ?? 0));
  if (idleMs === undefined)
    note(
      proxy,
      'without timeout client and timeout server, connections end here after an hour of silence: timeouts.idle',
    );
  const fin = time(proxy, 'client-fin') ?? time(other, 'server-fin');
  return given({
    idle: idleMs === undefined || idleMs === 0 ? undefined : idle(idleMs),
    halfClosed: fin === undefined ? undefined : idle(fin),
  });
};
