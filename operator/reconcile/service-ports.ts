/** The fields that identify a port of a Service. */
interface Port {
  readonly port: number;
  readonly protocol?: string;
}

const keyOf = ({ port, protocol = 'TCP' }: Port): string => `${port}/${protocol}`;

const portsOf = (object: unknown): readonly Port[] | undefined => {
  const ports = (object as { readonly spec?: { readonly ports?: unknown } } | undefined)?.spec?.ports;
  return Array.isArray(ports) ? (ports as Port[]) : undefined;
};

/**
 * The ports to replace a Service's ports with; undefined if it has no unwanted ports. Server-side apply only
 * adds to ports set by others: a port edited by hand would stay, and take the name of the right one. Values
 * that the API server chose for a port that stays, such as its node port, are kept.
 */
export const exactPorts = (live: unknown, wanted: unknown): readonly object[] | undefined => {
  const [has, should] = [portsOf(live), portsOf(wanted)];
  if (has === undefined || should === undefined) return undefined;
  const right = new Set(should.map(keyOf));
  if (has.every((port) => right.has(keyOf(port)))) return undefined;
  const known = new Map(has.map((port) => [keyOf(port), port]));
  return should.map((port) => ({ ...known.get(keyOf(port)), ...port }));
};
