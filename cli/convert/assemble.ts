import { ADMIN_PORT } from '../../crds/resource-type.ts';
import {
  type Draft,
  type Fields,
  type FoundBackend,
  type FoundListener,
  given,
  type Note,
  type Part,
} from './draft.ts';
import { nameFrom } from './spelling.ts';

/** What was found of one balancer. */
export interface Found {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly listeners: readonly FoundListener[];
  /** By the key that listeners use. */
  readonly backends: ReadonlyMap<string, FoundBackend>;
  readonly notes: readonly Note[];
}

/**
 * The balancer of what was found. A listener without any endpoint, or with the port of another one, is left
 * out with a note, so that what remains is valid.
 */
export const assemble = (found: Found): Draft => {
  const { backends } = found;
  const notes = [...found.notes];
  const namespace =
    found.namespace ?? [...backends.values()].find((one) => one.service?.namespace)?.service?.namespace;
  const targets = new Map([...backends].map(([key, backend]) => [key, targetsOf(backend, namespace)]));
  const isUsable = (key: string): boolean => targets.get(key)?.spec !== undefined;
  const listeners = keptListeners(found, isUsable, notes);
  const wanted = new Set(found.listeners.flatMap(keysOf));
  const used = new Set(listeners.flatMap(keysOf));
  const [names, taken] = [new Map<string, string>(), new Set<string>()];
  const parts: Part[] = [];
  const usedNames = new Set([...wanted].map((key) => backends.get(key)?.name));
  for (const [key, backend] of backends) {
    const { where, name, spec } = backend;
    const { spec: target = {}, notes: about = [] } = targets.get(key) ?? {};
    if (used.has(key)) {
      names.set(key, nameFrom(name, taken));
      parts.push({
        spec: { name: names.get(key), ...target, ...spec },
        notes: [...backend.notes, ...about],
      });
    } else if (!isUsable(key)) notes.push(...backend.notes, ...about);
    else if (!usedNames.has(name)) notes.push({ where, message: `left out: no listener uses ${name}` });
  }
  return {
    name: found.name,
    namespace,
    listeners: listenerParts(listeners, names),
    backends: parts,
    spec: adminPort(listeners),
    notes,
  };
};

const keysOf = ({ backend, routes = [] }: FoundListener): readonly string[] => [
  ...(backend === undefined ? [] : [backend]),
  ...routes.map((route) => route.backend),
];

/**
 * The listeners that have somewhere to send connections, with notes about the others and about lost routes.
 */
const keptListeners = (
  { listeners, backends }: Found,
  isUsable: (key: string) => boolean,
  notes: Note[],
): readonly FoundListener[] => {
  const ports = new Map<string, FoundListener>();
  const nameOf = (key: string): string => backends.get(key)?.name ?? key;
  for (const listener of listeners) {
    const { where, routes = [] } = listener;
    const leave = (message: string): void => {
      notes.push(...listener.notes, { where, message: `left out: ${message}` });
    };
    const port = `${listener.port}/${listener.protocol}`;
    const first = ports.get(port);
    if (first !== undefined) {
      // The same for another address, such as that of all addresses of IPv6, is no loss.
      if (meaning(first) !== meaning(listener))
        leave(`port ${port} is already that of ${first.where}; a listener takes every address`);
      continue;
    }
    const [lost, kept] = [
      routes.filter((one) => !isUsable(one.backend)),
      routes.filter((one) => isUsable(one.backend)),
    ];
    const backend =
      listener.backend !== undefined && isUsable(listener.backend) ? listener.backend : undefined;
    if (backend === undefined && kept.length === 0) {
      const [key] = keysOf(listener);
      leave(
        key === undefined ? 'it sends connections nowhere' : `${nameOf(key)} has no server that can be used`,
      );
      continue;
    }
    const more = lost.map(({ hostnames, backend: key }) => ({
      where,
      message: `the route of ${hostnames.join(', ')} is left out: ${nameOf(key)} has no server that can be used`,
    }));
    if (backend !== listener.backend && listener.backend !== undefined)
      more.push({
        where,
        message: `${nameOf(listener.backend)} has no server that can be used, so other names are refused`,
      });
    ports.set(port, { ...listener, backend, routes: kept, notes: [...listener.notes, ...more] });
  }
  return [...ports.values()];
};

const meaning = ({ backend, routes = [], spec }: FoundListener): string =>
  JSON.stringify([backend, routes, spec]);

const listenerParts = (
  listeners: readonly FoundListener[],
  names: ReadonlyMap<string, string>,
): readonly Part[] => {
  const taken = new Set<string>();
  return listeners.map(({ name, port, protocol, backend, routes = [], spec, notes }) => {
    const named = routes.map((one) => ({ ...one, backend: names.get(one.backend) }));
    const tls =
      named.length === 0
        ? {}
        : { tls: { mode: 'Passthrough', ...(spec.tls as object | undefined), routes: named } };
    return {
      spec: {
        name: nameFrom(name, taken),
        port,
        ...(protocol === 'TCP' ? {} : { protocol }),
        ...given({ backend: backend === undefined ? undefined : names.get(backend) }),
        ...spec,
        ...tls,
      },
      notes,
    };
  });
};

/** Its endpoints or its Service; `spec` is undefined if it has none that this balancer may use. */
const targetsOf = (
  { where, name, endpoints, service }: FoundBackend,
  namespace: string | undefined,
): { readonly spec: object | undefined; readonly notes: readonly Note[] } => {
  if (endpoints.length > 0) {
    const message = `Service ${service?.name} is left out: a backend has either a Service or addresses`;
    return { spec: { endpoints }, notes: service === undefined ? [] : [{ where, message }] };
  }
  if (service === undefined) return { spec: undefined, notes: [] };
  if (service.namespace !== undefined && service.namespace !== namespace) {
    const message = `${name}: Service ${service.name} is in namespace ${service.namespace}; a backend uses Services of its own namespace, so make a balancer there`;
    return { spec: undefined, notes: [{ where, message }] };
  }
  return { spec: { service: { name: service.name, port: service.port } }, notes: [] };
};

/** Another admin port, if a listener has the usual one. */
const adminPort = (listeners: readonly FoundListener[]): Fields => {
  const isTaken = (wanted: number): boolean =>
    listeners.some(({ port, protocol }) => port === wanted && protocol === 'TCP');
  let port = ADMIN_PORT;
  while (isTaken(port)) port++;
  return port === ADMIN_PORT ? {} : { workload: { adminPort: port } };
};
