import type { SliceEndpoint } from './endpoint-slice.ts';

/** Where a proxy runs, as far as known. */
export interface Location {
  readonly node?: string;
  readonly zone?: string;
}

interface Hints {
  readonly hints?: SliceEndpoint['hints'] | undefined;
}

/**
 * The ready endpoints that the hints intend for this location, chosen as by kube-proxy: by node, otherwise by
 * zone; all of them if an endpoint has no hints, or none is intended for this location.
 */
export const near = <One extends Hints>(
  endpoints: readonly One[],
  { node, zone }: Location,
): readonly One[] => {
  const byNode = meantFor(endpoints, node, ({ hints }) => hints?.forNodes);
  return byNode ?? meantFor(endpoints, zone, ({ hints }) => hints?.forZones) ?? endpoints;
};

const meantFor = <One extends Hints>(
  endpoints: readonly One[],
  name: string | undefined,
  hintsOf: (endpoint: One) => readonly { readonly name: string }[] | null | undefined,
): readonly One[] | undefined => {
  // If some endpoints have no hints, the hints are being added or removed: following the others would
  // overload those endpoints.
  if (name === undefined || !endpoints.every((one) => (hintsOf(one)?.length ?? 0) > 0)) return undefined;
  const meant = endpoints.filter((one) => hintsOf(one)?.some((hint) => hint.name === name));
  return meant.length === 0 ? undefined : meant;
};
