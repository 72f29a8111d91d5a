import type { L4Balancer } from '../../crds/l4balancer.ts';
import type { Manifest } from '../../kube/apply.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { KubeService } from '../../kube/service.ts';
import type { Known } from './verdict.ts';

/** A node, with only the fields used. */
export interface PreflightNode extends KubeObject {
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] };
  readonly status?: {
    readonly allocatable?: Readonly<Record<string, string>>;
    readonly nodeInfo?: {
      readonly kubeletVersion?: string;
      readonly architecture?: string;
      readonly operatingSystem?: string;
    };
  };
}

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

export interface Quota extends KubeObject {
  readonly status?: {
    readonly hard?: Readonly<Record<string, string>>;
    readonly used?: Readonly<Record<string, string>>;
  };
}

/** What the API server answered to a trial; undefined if it would accept. */
export type Answer = { readonly refused: string } | undefined;

/** Another balancer, as far as it may have ports of a node. */
export interface Neighbour {
  readonly key: string;
  readonly hostNetwork: boolean;
  /** `8080/TCP`, with the admin port. */
  readonly ports: readonly string[];
}

/** The pod template of the workload that the operator would make. */
export interface PodSpec {
  readonly hostNetwork?: boolean;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly containers: readonly {
    readonly resources?: {
      readonly requests?: Readonly<Record<string, string>>;
      readonly limits?: Readonly<Record<string, string>>;
    };
  }[];
}

/** Everything that the checks look at. */
export interface Facts {
  readonly balancer: L4Balancer;
  readonly children: readonly Manifest[];
  readonly pod: PodSpec;
  /** Pods that the workload wants; undefined if nodes or an autoscaler decide. */
  readonly replicas: number | undefined;
  /** Unsafe sysctls that kubelets must allow. */
  readonly unsafe: readonly string[];
  /** Its eligible nodes. */
  readonly nodes: Known<readonly PreflightNode[]>;
  /** The sysctls that the kubelet of a node allows, with patterns such as `net.core.*`; by node. */
  readonly allowed: ReadonlyMap<string, Known<readonly string[]>>;
  readonly resource: Known<Answer>;
  readonly podTrial: Known<Answer>;
  readonly serviceTrial: Known<Answer> | undefined;
  readonly quotas: Known<readonly Quota[]>;
  readonly services: Known<ReadonlyMap<string, KubeService>>;
  readonly neighbours: Known<readonly Neighbour[]>;
  /** How many Deployments of operators were found, and how many of them have a pod that is ready. */
  readonly operators: Known<{ readonly found: number; readonly ready: number }>;
  /** Whether it exists already, and so has pods of its own in the quota. */
  readonly exists: boolean;
}
