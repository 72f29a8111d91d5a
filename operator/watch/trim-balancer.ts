import type { KubeObject } from '../../kube/object.ts';
import { type SpecWriter, specWritersOf } from '../objects/spec-writers.ts';

/** A user's resource, as the operator keeps it. */
export interface Balancer extends KubeObject {
  readonly spec?: unknown;
  readonly status?: unknown;
  /** What is kept of its managedFields, which may be larger than itself. */
  readonly specWriters?: readonly SpecWriter[];
}

/** The resource with who wrote its spec. It must have its managedFields. */
export const trimBalancer = (balancer: Balancer): Balancer => ({
  ...balancer,
  specWriters: specWritersOf(balancer),
});

/** The resource as the API server has it, for the parser, which reports every field that it does not know. */
export const asWritten = ({ specWriters: _, ...balancer }: Balancer): Balancer => balancer;
