import type { L4Balancer } from '../../crds/l4balancer.ts';

/** The L4Balancer that children are made for: parsed, and with the identity that the API server gave it. */
export interface Owner {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly spec: L4Balancer['spec'];
}
