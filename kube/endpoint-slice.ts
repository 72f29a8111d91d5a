import type { KubeObject } from './object.ts';

/** Label of a slice with the name of its Service. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/** An EndpointSlice of discovery.k8s.io/v1, with only the fields used. */
export interface EndpointSlice extends KubeObject {
  readonly addressType: string;
  /** Null or missing if there are none. */
  readonly endpoints?: readonly SliceEndpoint[] | null;
  readonly ports?: readonly SlicePort[] | null;
}

export interface SliceEndpoint {
  /** Only the first one is used. */
  readonly addresses?: readonly string[];
  readonly conditions?: {
    /** Missing means true. */
    readonly ready?: boolean | null;
    /** Missing means the same as ready. */
    readonly serving?: boolean | null;
    /** Missing means false. */
    readonly terminating?: boolean | null;
  };
  /** Zones and nodes that the endpoint is intended for, if the Service prefers nearby endpoints. */
  readonly hints?: {
    readonly forZones?: readonly { readonly name: string }[] | null;
    readonly forNodes?: readonly { readonly name: string }[] | null;
  } | null;
}

export interface SlicePort {
  /** Name in the Service; empty or missing for an unnamed port. */
  readonly name?: string | null;
  /** TCP by default. */
  readonly protocol?: string | null;
  readonly port?: number | null;
}
