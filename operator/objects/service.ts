import type { KubeObject } from '../../kube/object.ts';
import type { ObjectCondition } from './object-condition.ts';

/** Only the fields used. */
export interface Service extends KubeObject {
  readonly spec?: { readonly clusterIP?: string; readonly clusterIPs?: readonly string[] };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly {
        readonly ip?: string;
        readonly hostname?: string;
        readonly ports?: readonly PortStatus[];
      }[];
    };
    readonly conditions?: readonly ObjectCondition[];
  };
}

/** What a load balancer says of one port. */
interface PortStatus {
  readonly port: number;
  readonly protocol: string;
  /** A word such as MixedProtocolNotSupported; omitted if the port is served. */
  readonly error?: string;
}
