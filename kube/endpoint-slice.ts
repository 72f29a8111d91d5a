import type { KubeObject } from './object.ts';

/** The label that says whose endpoints a slice holds; its value is the Service's name. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/** An EndpointSlice of discovery.k8s.io/v1: only the fields used. */
export interface EndpointSlice extends KubeObject {
  readonly addressType: string;
  /** Null or missing when there are none. */
  readonly endpoints?: readonly SliceEndpoint[] | null;
  readonly ports?: readonly SlicePort[] | null;
}

export interface SliceEndpoint {
  /** Only the first one counts. */
  readonly addresses?: readonly string[];
  readonly conditions?: {
    /** Missing means true. */
    readonly ready?: boolean | null;
    /** Missing means as ready. */
    readonly serving?: boolean | null;
    /** Missing means false. */
    readonly terminating?: boolean | null;
  };
  /** For which places the endpoint is meant, where the Service asks for traffic that stays near. */
  readonly hints?: {
    readonly forZones?: readonly { readonly name: string }[] | null;
    readonly forNodes?: readonly { readonly name: string }[] | null;
  } | null;
}

export interface SlicePort {
  /** As in the Service; empty or missing for an unnamed port. */
  readonly name?: string | null;
  /** TCP when left out. */
  readonly protocol?: string | null;
  readonly port?: number | null;
}
