/** Where a CA bundle comes from. */
export type CaSource =
  | { readonly kind: 'ConfigMap' | 'Secret'; readonly name: string; readonly key: string }
  /** A path as it is written, relative to the manifest. */
  | { readonly kind: 'File'; readonly path: string }
  | { readonly kind: 'System' };

/** Identifies a source; as names of objects and of their keys have no slash, each has a name of its own. */
export const caName = (source: CaSource): string => {
  switch (source.kind) {
    case 'ConfigMap':
    case 'Secret':
      return `${source.kind}/${source.name}/${source.key}`;
    case 'File':
      return `File/${source.path}`;
    case 'System':
      return 'System';
    default:
      return source satisfies never;
  }
};

/** The source with a name. */
export const caSourceOf = (name: string): CaSource => {
  const [kind, ...rest] = name.split('/');
  if (kind === 'File') return { kind, path: rest.join('/') };
  if (kind === 'ConfigMap' || kind === 'Secret') return { kind, name: rest[0] ?? '', key: rest[1] ?? '' };
  return { kind: 'System' };
};

/** A source for people, such as `ConfigMap "pg-ca", key ca.crt`. */
export const caTitle = (source: CaSource): string => {
  switch (source.kind) {
    case 'ConfigMap':
    case 'Secret':
      return `${source.kind} "${source.name}", key ${source.key}`;
    case 'File':
      return source.path;
    case 'System':
      return 'The CA bundle of the system';
    default:
      return source satisfies never;
  }
};
