/** Values that a template refers to as @NAME@. */
export type TemplateValues = Readonly<Record<string, string | number>>;

/** One endpoint, with the values that templates use. */
export interface Endpoint {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Whether it expects a PROXY header. */
  readonly headed?: boolean;
  /** Whether it speaks TLS. */
  readonly encrypted?: boolean;
  /** UDP port at which it tells what has arrived. */
  readonly counts?: number;
}

const PLACEHOLDER = /@([A-Z][A-Z_]*)@/g;

const fillLine = (line: string, values: TemplateValues): string =>
  line.replace(PLACEHOLDER, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the template uses @${name}@, which has no value`);
    return String(value);
  });

/**
 * Fills in a configuration template; a line that uses a value of one of `lists` is repeated for each entry.
 */
export const fillTemplate = (
  template: string,
  values: TemplateValues,
  lists: readonly (readonly TemplateValues[])[] = [],
): string =>
  template
    .split('\n')
    .flatMap((line) => {
      const named = new Set([...line.matchAll(PLACEHOLDER)].map(([, name]) => name ?? ''));
      const list = lists.find(([first]) => first && Object.keys(first).some((name) => named.has(name)));
      return (list ?? [{}]).map((entry) => fillLine(line, { ...values, ...entry }));
    })
    .join('\n');

/** Endpoints as a list of values for a template. */
export const endpointValues = (endpoints: readonly Endpoint[]): readonly TemplateValues[] =>
  endpoints.map(({ name, address, port, headed, encrypted }) => ({
    ENDPOINT_NAME: name,
    ENDPOINT_ADDRESS: address,
    ENDPOINT_PORT: port,
    ENDPOINT_OPTIONS: `${headed ? ' proxy_protocol' : ''}${encrypted ? ' ssl' : ''}`,
  }));
