import type { SliceEndpoint } from './endpoint-slice.ts';

/** Where a proxy runs, as far as it knows. */
export interface Place {
  readonly node?: string;
  readonly zone?: string;
}

interface Hints {
  readonly hints?: SliceEndpoint['hints'] | undefined;
}

/**
 * Those of ready endpoints that hints mean for this place, as kube-proxy would choose them: by node, else by
 * zone; all where an endpoint has no hints, or none is meant for this place.
 */
export const near = <One extends Hints>(endpoints: readonly One[], { node, zone }: Place): readonly One[] => {
  const byNode = meantFor(endpoints, node, ({ hints }) => hints?.forNodes);
  return byNode ?? meantFor(endpoints, zone, ({ hints }) => hints?.forZones) ?? endpoints;
};

const meantFor = <One extends Hints>(
  endpoints: readonly One[],
  name: string | undefined,
  hintsOf: (endpoint: One) => readonly { readonly name: string }[] | null | undefined,
): readonly One[] | undefined => {
  // A part of the endpoints without hints means that hints are being made or taken away: to follow the rest
  // would overload it.
  if (name === undefined || !endpoints.every((one) => (hintsOf(one)?.length ?? 0) > 0)) return undefined;
  const meant = endpoints.filter((one) => hintsOf(one)?.some((hint) => hint.name === name));
  return meant.length === 0 ? undefined : meant;
};
