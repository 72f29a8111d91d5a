/** What a template may name as @NAME@. */
export type TemplateValues = Readonly<Record<string, string | number>>;

/** One endpoint as the templates see it. */
export interface Endpoint {
  readonly name: string;
  /** TCP port of 127.0.0.1. */
  readonly port: number;
}

const PLACEHOLDER = /@([A-Z][A-Z_]*)@/g;

const fillLine = (line: string, values: TemplateValues): string =>
  line.replace(PLACEHOLDER, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the template names @${name}@, which has no value`);
    return String(value);
  });

/** Fills a configuration's template; a line that names an endpoint is written once for each of `endpoints`. */
export const fillTemplate = (
  template: string,
  values: TemplateValues,
  endpoints: readonly Endpoint[] = [],
): string =>
  template
    .split('\n')
    .flatMap((line) =>
      /@ENDPOINT_[A-Z]+@/.test(line) && endpoints.length > 0
        ? endpoints.map(({ name, port }) =>
            fillLine(line, { ...values, ENDPOINT_NAME: name, ENDPOINT_PORT: port }),
          )
        : [fillLine(line, values)],
    )
    .join('\n');
