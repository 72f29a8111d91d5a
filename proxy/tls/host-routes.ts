/** Where connections go that name one of these hosts and offer one of these protocols. */
export interface HostRoute {
  /** `db.example.com`, `*.example.com` for names with one more label, `*` for any or none; lower case. */
  readonly hostnames: readonly string[];
  /** Protocols of ALPN; empty for clients that offer any or none. */
  readonly alpn: readonly string[];
}

/** The routes of one host name, by protocol; `''`, which cannot be offered, is for all protocols. */
type ByProtocol<Target> = ReadonlyMap<string, Target>;

/** Routes, prepared for finding one by a host name. */
export interface HostRoutes<Target> {
  readonly exact: ReadonlyMap<string, ByProtocol<Target>>;
  /** By what follows the asterisk: `.example.com`. */
  readonly wildcards: ReadonlyMap<string, ByProtocol<Target>>;
  readonly any: ByProtocol<Target>;
}

const ANY = '*';
const ANY_PROTOCOL = '';
const NO_ROUTES: ByProtocol<never> = new Map<string, never>();

/**
 * Prepares routes; `targetOf` says what is found. Of two that overlap, which the rules of the resource do not
 * admit, the first one counts.
 */
export const compileRoutes = <Route extends HostRoute, Target>(
  routes: readonly Route[],
  targetOf: (route: Route) => Target,
): HostRoutes<Target> => {
  const exact = new Map<string, Map<string, Target>>();
  const wildcards = new Map<string, Map<string, Target>>();
  const any = new Map<string, Target>();
  const at = (map: Map<string, Map<string, Target>>, key: string): Map<string, Target> => {
    const known = map.get(key) ?? new Map<string, Target>();
    map.set(key, known);
    return known;
  };
  for (const route of routes)
    for (const hostname of route.hostnames) {
      const isWildcard = hostname.startsWith('*.');
      const to = hostname === ANY ? any : isWildcard ? at(wildcards, hostname.slice(1)) : at(exact, hostname);
      for (const protocol of route.alpn.length === 0 ? [ANY_PROTOCOL] : route.alpn)
        if (!to.has(protocol)) to.set(protocol, targetOf(route));
    }
  return { exact, wildcards, any };
};

/**
 * Among the routes of one host name, the one of the first protocol, in the client's order, that has any; else
 * the one for all protocols.
 */
const byProtocol = <Target>(routes: ByProtocol<Target>, protocols: readonly string[]): Target | undefined => {
  for (const protocol of protocols) {
    const found = routes.get(protocol);
    if (found !== undefined) return found;
  }
  return routes.get(ANY_PROTOCOL);
};

/** A name as routes have it: lower case, and without the dot of a fully qualified name. */
const normalised = (name: string): string => {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
};

/**
 * Finds where a client goes, undefined if nowhere. The host name decides before the protocol: first the
 * routes with that very name, then those with a wildcard in place of its first label, then those for any
 * name. A host name whose routes are all for other protocols is passed over.
 */
export const findRoute = <Target>(
  { exact, wildcards, any }: HostRoutes<Target>,
  serverName: string | undefined,
  protocols: readonly string[],
): Target | undefined => {
  if (serverName === undefined) return byProtocol(any, protocols);
  const name = normalised(serverName);
  const dot = name.indexOf('.');
  const wildcard = dot <= 0 ? NO_ROUTES : (wildcards.get(name.slice(dot)) ?? NO_ROUTES);
  return (
    byProtocol(exact.get(name) ?? NO_ROUTES, protocols) ??
    byProtocol(wildcard, protocols) ??
    byProtocol(any, protocols)
  );
};
