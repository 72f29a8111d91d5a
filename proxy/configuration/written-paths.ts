/**
 * Paths of listeners and backends in what a person wrote, such as `spec.listeners[2]`, by name; also of those
 * that are not served because they are not understood. Findings point there.
 */
export interface Written {
  readonly listeners: ReadonlyMap<string, string>;
  readonly backends: ReadonlyMap<string, string>;
}

/** The path of a backend that is configured. */
export const backendPath = ({ backends }: Pick<Written, 'backends'>, name: string): string =>
  backends.get(name) ?? `spec.backends[${name}]`;
