import type { DefinitionSkew } from '../manifest/operator-code.ts';

/** Pods that run one version of a program. */
export interface Running {
  /** Undefined if it could not be found out. */
  readonly version: string | undefined;
  readonly pods: number;
}

/** What there is of a program; or why that is not known. */
export type Found<T> = { readonly kind: 'Known'; readonly value: T } | Unknown;

export interface Unknown {
  readonly kind: 'Unknown';
  readonly why: string;
}

/** The versions of all that works together. */
export interface Versions {
  /** Of this command. */
  readonly client: string;
  readonly kubernetes: Found<string>;
  readonly operator: Found<readonly Running[]>;
  /** How the definition differs from this command's own; undefined if the cluster has none. */
  readonly definition: Found<DefinitionSkew | undefined>;
  readonly proxies: Found<readonly Running[]>;
  /** The namespace whose proxies were asked; undefined for all. */
  readonly namespace: string | undefined;
}

/** So many pods per version, sorted by version; those whose version is not known come last. */
export const runningOf = (versions: readonly (string | undefined)[]): readonly Running[] => {
  const pods = new Map<string | undefined, number>();
  for (const version of versions) pods.set(version, (pods.get(version) ?? 0) + 1);
  return [...pods]
    .map(([version, many]) => ({ version, pods: many }))
    .sort((a, b) => ((a.version ?? '~') < (b.version ?? '~') ? -1 : 1));
};
