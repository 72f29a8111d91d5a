/**
 * Paths of listeners and backends in the resource as written, such as `spec.listeners[2]`, by name. Includes
 * those that are not served because they are not understood. Findings point to these paths.
 */
export interface WrittenPaths {
  readonly listeners: ReadonlyMap<string, string>;
  readonly backends: ReadonlyMap<string, string>;
}

/** The path of a configured backend. */
export const backendPath = ({ backends }: Pick<WrittenPaths, 'backends'>, name: string): string =>
  backends.get(name) ?? `spec.backends[${name}]`;
