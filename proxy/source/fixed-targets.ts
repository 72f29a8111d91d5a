import { canonicalAddress, endpointIdentity } from '../../crds/canonical-address.ts';
import type { Target } from '../configuration/target.ts';

export interface FixedTargets {
  /**
   * Targets with the canonical spelling of each address, which all keys, pages and metrics use; each endpoint
   * once.
   */
  readonly targets: readonly Target[];
  /** Endpoints that repeat an earlier one, at index `first`, in another spelling. */
  readonly repeated: readonly { readonly address: string; readonly index: number; readonly first: number }[];
}

/** The targets of a backend that lists its endpoints. */
export const fixedTargets = (endpoints: readonly Target[]): FixedTargets => {
  const indexes = new Map<string, number>();
  const targets: Target[] = [];
  const repeated: FixedTargets['repeated'][number][] = [];
  for (const [index, endpoint] of endpoints.entries()) {
    const { address, port, weight, backup } = endpoint;
    const first = indexes.get(endpointIdentity(endpoint));
    if (first === undefined) {
      indexes.set(endpointIdentity(endpoint), index);
      targets.push({ address: canonicalAddress(address), port, weight, backup });
    } else repeated.push({ address, index, first });
  }
  return { targets, repeated };
};
