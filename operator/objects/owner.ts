import type { L4Balancer } from '../../crds/l4balancer.ts';

/** The L4Balancer that children are created for: parsed, and with the uid that the API server assigned. */
export interface Owner {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly spec: L4Balancer['spec'];
}
