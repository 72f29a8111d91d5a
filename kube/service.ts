import type { KubeObject } from './object.ts';

/** A Service, with only the fields used. */
export interface KubeService extends KubeObject {
  readonly spec?: {
    readonly type?: string;
    /** The string `None` for a headless Service. */
    readonly clusterIP?: string;
    readonly externalName?: string;
    readonly ipFamilies?: readonly string[];
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly ServicePort[];
  };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

export interface ServicePort {
  /** Optional if the Service has a single port. */
  readonly name?: string;
  readonly port: number;
  /** TCP by default. */
  readonly protocol?: string;
  readonly targetPort?: number | string;
  readonly nodePort?: number;
}
