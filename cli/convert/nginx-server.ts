import { isIP } from 'node:net';
import { type FoundBackend, type FoundListener, type FoundRoute, given, type Note } from './draft.ts';
import { directiveOf, listenerSpec, noteOthers, withBackendSpec } from './nginx-listener.ts';
import type { Directive } from './nginx-syntax.ts';
import { targetOf } from './nginx-upstream.ts';
import { portOf, splitHost } from './spelling.ts';

/** What surrounds the servers of a stream block. */
export interface Stream {
  readonly common: readonly Directive[];
  /** By the variable that they set. */
  readonly maps: ReadonlyMap<string, Directive>;
  /** What each zone of limit_conn_zone counts by. */
  readonly zones: ReadonlyMap<string, string>;
  /** Gets the backends of proxy_pass without upstream as well. */
  readonly backends: Map<string, FoundBackend>;
  readonly where: (line: number) => string;
}

/** The listeners of a `server` block: one for each `listen`. */
export const nginxListeners = (
  { block: server = [], line }: Directive,
  stream: Stream,
): readonly FoundListener[] => {
  const { where } = stream;
  const notes: Note[] = [];
  const note = (at: number, message: string): void => {
    notes.push({ where: where(at), message });
  };
  const listens = server.filter((one) => one.name === 'listen');
  const pass = server.find((one) => one.name === 'proxy_pass');
  if (pass === undefined) note(line, 'a server without proxy_pass has no counterpart');
  const leads = pass === undefined ? {} : destination(pass, server, stream, note);
  noteOthers(server, note);
  return listens.flatMap((listen, at): readonly FoundListener[] => {
    const [address = '', ...flags] = listen.args;
    const { host, port: text } = splitHost(address);
    const port = portOf(text ?? host);
    if (port === undefined) {
      note(listen.line, `listen ${address}: it needs one port number`);
      return [];
    }
    if (text !== undefined && !/^(\*|\[::\]|0\.0\.0\.0)$/.test(host))
      note(listen.line, `listen ${address}: pods listen on all of their addresses`);
    const protocol = flags.includes('udp') ? 'UDP' : 'TCP';
    const built = listenerSpec({ listen, flags, protocol, server, stream, note });
    return [
      {
        where: where(listen.line),
        name: `${leads.name ?? 'port'}-${port}`,
        port,
        protocol,
        backend: leads.backend,
        ...(leads.routes === undefined ? {} : { routes: leads.routes }),
        spec: built,
        notes: at === 0 ? notes : [],
      },
    ];
  });
};

interface Destination {
  readonly name?: string;
  readonly backend?: string | undefined;
  readonly routes?: readonly FoundRoute[];
}

type NoteAt = (line: number, message: string) => void;

const destination = (
  pass: Directive,
  server: readonly Directive[],
  stream: Stream,
  note: NoteAt,
): Destination => {
  const [target = ''] = pass.args;
  if (!target.startsWith('$')) {
    const key = backendFor(target, pass, server, stream, note);
    return { name: stream.backends.get(key)?.name.replace(/^to-.*/, 'port') ?? target, backend: key };
  }
  const map = stream.maps.get(target);
  const preread = directiveOf('ssl_preread', server, stream.common)?.args[0] === 'on';
  const [source = ''] = map?.args ?? [];
  if (map === undefined || !preread || source !== '$ssl_preread_server_name') {
    note(
      pass.line,
      `proxy_pass ${target}: only maps of $ssl_preread_server_name, with ssl_preread on, can be converted`,
    );
    return {};
  }
  return routesOf(map, (to) => backendFor(to, pass, server, stream, note), note);
};

/** The key of the backend that a name or an address means; a new one, if it is no upstream. */
const backendFor = (
  target: string,
  pass: Directive,
  server: readonly Directive[],
  { backends, common, where }: Stream,
  note: NoteAt,
): string => {
  // Servers may treat one upstream differently.
  const known = backends.get(target);
  const base: FoundBackend = known ?? {
    where: where(pass.line),
    name: nameOf(splitHost(target).host),
    endpoints: [],
    service: undefined,
    spec: {},
    notes: [],
  };
  const found = known === undefined ? targetOf(target, (message) => note(pass.line, message)) : {};
  const complete: FoundBackend = {
    ...base,
    endpoints: found.endpoint === undefined ? base.endpoints : [found.endpoint],
    service: found.service ?? base.service,
  };
  const servers = complete.endpoints.length;
  const spec = withBackendSpec(server, common, servers, note);
  const settings = JSON.stringify(spec);
  if (JSON.stringify(Object.fromEntries(Object.keys(spec).map((key) => [key, base.spec[key]]))) === settings)
    return target;
  const key = known === undefined ? target : `${target} ${settings}`;
  backends.set(key, { ...complete, spec: { ...complete.spec, ...spec } });
  return key;
};

const nameOf = (host: string): string =>
  isIP(host.replace(/[[\]]/g, '')) === 0 ? (host.split('.')[0] ?? host) : `to-${host}`;

const routesOf = (map: Directive, keyOf: (target: string) => string, note: NoteAt): Destination => {
  let backend: string | undefined;
  const byBackend = new Map<string, string[]>();
  for (const { name, args, line } of map.block ?? []) {
    const [to = ''] = args;
    if (name === 'hostnames' && args.length === 0) continue;
    if (name === 'default') {
      backend = to === '' ? undefined : keyOf(to);
      continue;
    }
    if (name === '' || name.startsWith('~') || !/^(\*?\.)?[a-z0-9.-]+$/i.test(name)) {
      note(
        line,
        `${name === '' ? 'clients without a name' : name} has no counterpart among routes by host name`,
      );
      continue;
    }
    const host = name.toLowerCase();
    const hosts = host.startsWith('.') ? [host.slice(1), `*${host}`] : [host];
    if (hosts.some((one) => one.startsWith('*')))
      note(line, `${name}: *.example.com is for names with one more label only`);
    byBackend.set(keyOf(to), [...(byBackend.get(keyOf(to)) ?? []), ...hosts]);
  }
  const routes = [...byBackend].flatMap(([key, hosts]) =>
    Array.from({ length: Math.ceil(hosts.length / MOST_HOSTS) }, (_, at) => ({
      hostnames: hosts.slice(at * MOST_HOSTS, (at + 1) * MOST_HOSTS),
      backend: key,
    })),
  );
  return { name: 'tls', ...given({ backend }), routes };
};

/** Of one route. */
const MOST_HOSTS = 8;
