import { isRecord } from '../../crds/normalise.ts';
import { assemble } from './assemble.ts';
import type { Conversion, Fields, FoundBackend, FoundListener, FoundRoute, Note } from './draft.ts';
import { given } from './draft.ts';
import { listIn, type RawObject, recordIn, textIn } from './kubernetes.ts';
import type { Settings } from './settings.ts';
import { traefikBackend } from './traefik-backend.ts';
import { entryPointsIn } from './traefik-entry-points.ts';
import { middlewareSpec } from './traefik-middleware.ts';
import { traefikOptions } from './traefik-options.ts';
import { parseRule } from './traefik-rule.ts';

/** A listener that several resources may add routes to. */
interface Draft {
  readonly where: string;
  readonly name: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
  mode: 'Plain' | 'Passthrough' | 'Terminate' | undefined;
  backend: string | undefined;
  readonly routes: FoundRoute[];
  readonly secrets: Set<string>;
  spec: Fields;
  tls: Fields;
  readonly notes: Note[];
}

interface Namespace {
  readonly listeners: Map<string, Draft>;
  readonly backends: Map<string, FoundBackend>;
  readonly notes: Note[];
}

/** Balancers of IngressRouteTCP and IngressRouteUDP, one for each namespace that has some. */
export const fromTraefik = (
  objects: readonly RawObject[],
  others: readonly Fields[],
  { name, namespace: wanted, entryPoints }: Settings,
): Conversion => {
  const ports = new Map(entryPointsIn(objects, others));
  for (const [point, { port }] of entryPoints) ports.set(point, port);
  const namespaces = new Map<string, Namespace>();
  const problems: Note[] = [];
  for (const resource of objects.filter(({ kind }) => /^IngressRoute(TCP|UDP)$/.test(kind))) {
    const key = resource.namespace ?? wanted ?? '';
    const of: Namespace = namespaces.get(key) ?? { listeners: new Map(), backends: new Map(), notes: [] };
    namespaces.set(key, of);
    const { where, content, kind } = resource;
    const spec = recordIn(content, 'spec');
    const points = listIn(spec, 'entryPoints').map(String);
    if (points.length === 0)
      of.notes.push({
        where,
        message: 'left out: it names no entryPoints, and so applies to the default ones',
      });
    for (const point of points) {
      const port = ports.get(point);
      if (port === undefined) {
        problems.push({
          where,
          message: `the port of entry point ${point} is not known: give --entry-point ${point}=PORT, or the static configuration as one more file`,
        });
        continue;
      }
      const protocol = kind === 'IngressRouteUDP' ? 'UDP' : 'TCP';
      const id = `${port}/${protocol}`;
      const listener: Draft = of.listeners.get(id) ?? {
        where,
        name: point,
        port,
        protocol,
        mode: undefined,
        backend: undefined,
        routes: [],
        secrets: new Set(),
        spec: {},
        tls: {},
        notes: [],
      };
      of.listeners.set(id, listener);
      for (const route of listIn(spec, 'routes')) addRoute(route, { resource, listener, of, objects });
    }
  }
  if (problems.length > 0) return { balancers: [], notes: [], problems: distinct(problems) };
  return {
    balancers: [...namespaces].map(([namespace, { listeners, backends, notes }]) =>
      assemble({
        name: name ?? 'traefik',
        namespace: namespace === '' ? undefined : namespace,
        listeners: [...listeners.values()].map(listenerOf),
        backends,
        notes,
      }),
    ),
    notes: [],
    problems: [],
  };
};

const distinct = (notes: readonly Note[]): readonly Note[] => [
  ...new Map(notes.map((note) => [note.message, note])).values(),
];

interface Adding {
  readonly resource: RawObject;
  readonly listener: Draft;
  readonly of: Namespace;
  readonly objects: readonly RawObject[];
}

const addRoute = (route: unknown, { resource, listener, of, objects }: Adding): void => {
  const { where, content } = resource;
  const note = (message: string): void => {
    listener.notes.push({ where, message });
  };
  const rule = listener.protocol === 'UDP' ? undefined : parseRule(textIn(route, 'match') ?? '');
  if (listener.protocol === 'TCP' && rule === undefined) {
    note(`left out: the rule ${textIn(route, 'match') ?? ''} has no counterpart`);
    return;
  }
  const backend = traefikBackend(route, resource, note);
  if (backend === undefined) return;
  const key = `${backend.service?.namespace ?? ''}/${backend.service?.name}:${backend.service?.port} ${JSON.stringify(backend.spec)}`;
  const tls = recordIn(content, 'spec').tls;
  const mode = modeOf(tls);
  if (listener.mode !== undefined && listener.mode !== mode) {
    note(
      `left out: on its entry point, others are ${listener.mode}, and this one is ${mode}; a listener has one mode`,
    );
    return;
  }
  listener.mode = mode;
  if ((route as { priority?: unknown }).priority !== undefined)
    note('priority has no counterpart: the host name decides, the very name before wildcards');
  of.backends.set(key, backend);
  const spec = middlewareSpec(route, resource, objects, note);
  const allow = rule?.clients ?? [];
  const more = given({ ...spec, ...(allow.length === 0 ? {} : { sources: { allow } }) });
  if (Object.keys(more).length > 0) {
    if (listener.routes.length > 0 || listener.backend !== undefined)
      note('clients are restricted for the whole listener, not for a route');
    listener.spec = { ...listener.spec, ...more };
  }
  if (mode === 'Plain') {
    if (listener.backend !== undefined && listener.backend !== key)
      note('left out: connections without TLS have one destination, which is that of the first route');
    listener.backend ??= key;
    if (rule?.hostnames.some((one) => one !== '*'))
      note('HostSNI without tls: connections without TLS name no host, so all of them go there');
    return;
  }
  const secret = textIn(tls, 'secretName');
  if (mode === 'Terminate') {
    if (secret === undefined)
      note('tls without secretName: make the Secret certificate of type kubernetes.io/tls');
    listener.secrets.add(secret ?? 'certificate');
    const options = traefikOptions(tls, resource, objects, note);
    if (Object.keys(options).length > 0) {
      if (listener.routes.length > 0) note('tls.options hold for the whole listener, not for a route');
      listener.tls = { ...listener.tls, ...options };
    }
    for (const field of ['certResolver', 'domains'])
      if ((tls as Fields)[field] !== undefined) note(`tls.${field} has no counterpart`);
  }
  const known = new Set(
    listener.routes.flatMap((one) => one.hostnames.map((host) => `${host} ${one.alpn ?? ''}`)),
  );
  const alpn = rule?.alpn ?? [];
  const hostnames = (rule?.hostnames ?? ['*']).filter(
    (host) => !known.has(`${host} ${alpn.length === 0 ? '' : alpn}`),
  );
  if (hostnames.length > 0)
    listener.routes.push({ hostnames, ...(alpn.length === 0 ? {} : { alpn }), backend: key });
};

const modeOf = (tls: unknown): NonNullable<Draft['mode']> => {
  if (!isRecord(tls)) return 'Plain';
  return tls.passthrough === true ? 'Passthrough' : 'Terminate';
};

const listenerOf = ({
  where,
  name,
  port,
  protocol,
  mode,
  backend,
  routes,
  secrets,
  spec,
  tls,
  notes,
}: Draft): FoundListener => ({
  where,
  name,
  port,
  protocol,
  backend,
  ...(routes.length === 0 ? {} : { routes }),
  spec:
    mode === 'Terminate'
      ? { ...spec, tls: { mode, certificateRefs: [...secrets].map((secret) => ({ name: secret })), ...tls } }
      : spec,
  notes,
});
