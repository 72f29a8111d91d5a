import type { L4Balancer } from '../../crds/l4balancer.ts';

/** One L4Balancer as its children are made from it: parsed, and as the API server holds it. */
export interface Owner {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly spec: L4Balancer['spec'];
}
