/** Something that has no counterpart, or that was understood in a certain way; for the one who converts. */
export interface Note {
  /** Such as `haproxy.cfg:12` or `IngressRouteTCP shop/db`. */
  readonly where: string;
  readonly message: string;
}

export type Fields = Readonly<Record<string, unknown>>;

/** A listener or a backend as it will be written, with the notes about it. */
export interface Part {
  readonly spec: Fields;
  readonly notes: readonly Note[];
}

/** An L4Balancer as it will be written. */
export interface Draft {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly listeners: readonly Part[];
  readonly backends: readonly Part[];
  /** Other fields of the spec. */
  readonly spec: Fields;
  /** About what is in neither. */
  readonly notes: readonly Note[];
}

/** What was read of a configuration; with it, what cannot be read at all. */
export interface Conversion {
  readonly balancers: readonly Draft[];
  readonly notes: readonly Note[];
  /** Errors of the input: nothing is written. */
  readonly problems: readonly Note[];
}

export const refused = (where: string, message: string): Conversion => ({
  balancers: [],
  notes: [],
  problems: [{ where, message }],
});

/** What a converter has found of a listener; `backend` and those of routes are keys of its backends. */
export interface FoundListener {
  readonly where: string;
  readonly name: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
  readonly backend: string | undefined;
  readonly routes?: readonly FoundRoute[];
  readonly spec: Fields;
  readonly notes: readonly Note[];
}

export interface FoundRoute {
  readonly hostnames: readonly string[];
  readonly alpn?: readonly string[];
  readonly backend: string;
}

/** What a converter has found of a backend. */
export interface FoundBackend {
  readonly where: string;
  readonly name: string;
  readonly endpoints: readonly Fields[];
  readonly service: FoundService | undefined;
  readonly spec: Fields;
  readonly notes: readonly Note[];
}

export interface FoundService {
  readonly name: string;
  /** Undefined: that of the balancer. */
  readonly namespace: string | undefined;
  readonly port: number | string;
}

/** Fields without those that are undefined. */
export const given = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
