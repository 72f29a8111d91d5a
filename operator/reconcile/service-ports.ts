/** A port of a Service, as far as it tells which one it is. */
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
 * The ports that a Service must have in place of those it has, or undefined when it has no other ones than it should. Server-side
 * apply only adds to the ports of others: one edited by hand would stay, and take the name of the right one. What the API
 * server chose for a port that stays, such as its node port, is kept.
 */
export const exactPorts = (live: unknown, wanted: unknown): readonly object[] | undefined => {
  const [has, should] = [portsOf(live), portsOf(wanted)];
  if (has === undefined || should === undefined) return undefined;
  const right = new Set(should.map(keyOf));
  if (has.every((port) => right.has(keyOf(port)))) return undefined;
  const known = new Map(has.map((port) => [keyOf(port), port]));
  return should.map((port) => ({ ...known.get(keyOf(port)), ...port }));
};
