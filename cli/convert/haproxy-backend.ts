import { type Fields, type FoundBackend, type FoundService, given, type Note } from './draft.ts';
import { lineOf, type ProxySection } from './haproxy.ts';
import { checkOf } from './haproxy-check.ts';
import { readServer, type ServerLine } from './haproxy-server.ts';
import { haproxyTime, type Line } from './haproxy-syntax.ts';
import { duration, HOUR, hostOf, MINUTE, portOf, SECOND, splitHost } from './spelling.ts';

const ALGORITHMS: Readonly<Record<string, string>> = {
  roundrobin: 'RoundRobin',
  'static-rr': 'RoundRobin',
  leastconn: 'LeastConnections',
  source: 'SourceHash',
  random: 'Random',
};
/** Of frontends, always so here, or read below. */
const QUIET =
  /^(mode|bind|default_backend|use_backend|acl|timeout|maxconn|log|log-tag|log-format|id|description|balance|server|default-server|retries|hash-type|tcp-request|http-check|tcp-check|option|fullconn|enabled)$/;

/** The backend of a backend or a listen section; `clientPort` is that of its servers without one. */
export const haproxyBackend = (proxy: ProxySection, clientPort: number | undefined): FoundBackend => {
  const notes: Note[] = [];
  const note = ({ line }: Line, message: string): void => {
    notes.push({ where: proxy.where(line), message });
  };
  if (proxy.kind === 'backend')
    for (const line of proxy.lines)
      if (!QUIET.test(line.words[0] ?? '')) note(line, `${line.words.join(' ')} has no counterpart`);
  const defaults = lineOf(proxy, 'default-server')?.words.slice(1) ?? [];
  const servers = proxy.lines
    .filter(({ words }) => words[0] === 'server')
    .map((line) => readServer(line, defaults, (message) => note(line, message)));
  const targets = servers.map((server) => targetOf(server, clientPort, note));
  const balance = lineOf(proxy, 'balance');
  const wanted = (balance?.words[1] ?? 'roundrobin').replace(/\(.*\)$/, '');
  const algorithm = ALGORITHMS[wanted];
  if (balance !== undefined && algorithm === undefined)
    note(balance, `balance ${wanted} has no counterpart: connections go round robin`);
  const [first] = servers;
  differences(servers, note);
  const timeout = haproxyTime(lineOf(proxy, 'timeout', 'connect')?.words[2]) ?? 5 * SECOND;
  const retries = Math.min(10, Number(lineOf(proxy, 'retries')?.words[1] ?? 3) || 0);
  const maxconn = servers.flatMap(({ maxConnections }) => maxConnections ?? []);
  return {
    where: proxy.where(proxy.line),
    name: proxy.name,
    endpoints: targets.flatMap(({ endpoint }) => (endpoint === undefined ? [] : [endpoint])),
    service: targets.find(({ service }) => service !== undefined)?.service,
    spec: given({
      algorithm: algorithm === 'RoundRobin' ? undefined : algorithm,
      healthCheck: checkOf(proxy, servers, note),
      outlierDetection: first?.observesErrors
        ? { consecutiveFailures: Math.min(1000, first.errorLimit), ejectionTime: '30s' }
        : undefined,
      slowStart: first?.slowStart === undefined ? undefined : duration(first.slowStart, SECOND, HOUR),
      connect: {
        timeout: duration(timeout, 10, 5 * MINUTE),
        retries,
        totalTimeout: duration(Math.max(timeout * (retries + 1), 10), 10, 30 * MINUTE),
      },
      maxConnectionsPerEndpoint: maxconn.length === 0 ? undefined : Math.min(1_000_000, ...maxconn),
      tls: first?.tls,
      proxyProtocol: first?.proxyVersion === undefined ? undefined : { version: first.proxyVersion },
      drain: first?.closesWhenDown ? { onUnhealthy: 'Close' } : undefined,
    }),
    notes,
  };
};

/** What a server may have for itself, but a backend has once. */
const OF_BACKEND = [
  'interval',
  'rise',
  'fall',
  'checkPort',
  'maxConnections',
  'slowStart',
  'proxyVersion',
] as const;

const differences = (servers: readonly ServerLine[], note: (line: Line, message: string) => void): void => {
  const [first, ...others] = servers;
  for (const other of others) {
    const different: string[] = OF_BACKEND.filter((field) => other[field] !== first?.[field]);
    if (JSON.stringify(other.tls) !== JSON.stringify(first?.tls)) different.push('ssl');
    if (different.length > 0)
      note(
        other.line,
        `${different.join(', ')} differs from the first server: it is the same for a whole backend`,
      );
  }
};

const targetOf = (
  { line, address, weight, backup, disabled }: ServerLine,
  clientPort: number | undefined,
  note: (line: Line, message: string) => void,
): { readonly endpoint?: Fields; readonly service?: FoundService } => {
  const { host, port: text } = splitHost(address.replace(/^ipv[46]@/, ''));
  const port = text === undefined ? clientPort : portOf(text);
  if (port === undefined) {
    note(line, `${address}: it needs a port number`);
    return {};
  }
  const found = hostOf(host);
  switch (found.kind) {
    case 'Address':
      return {
        endpoint: given({
          address: found.address,
          port,
          weight: disabled ? 0 : weight,
          backup: backup ? true : undefined,
        }),
      };
    case 'Service':
      return { service: { ...found.service, port } };
    case 'Unusable':
      note(line, found.why);
      return {};
    default:
      return found satisfies never;
  }
};
