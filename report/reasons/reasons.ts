import { BLOCKING_REASONS } from './finding-reasons.ts';

/** The condition that is True with a reason; with `FollowsPods`, Ready is True if the pods serve. */
export type HeldCondition = 'Ready' | 'Reconciling' | 'Stalled' | 'FollowsPods';

export interface ReasonEntry {
  readonly condition: HeldCondition;
  readonly meaning: string;
  readonly whatToDo: string;
}

/** The closed catalogue of reasons in the conditions of an L4Balancer. */
export const REASONS = {
  Available: {
    condition: 'Ready',
    meaning: 'All replicas of the newest revision serve.',
    whatToDo: 'Nothing.',
  },
  ScaledToZero: {
    condition: 'Ready',
    meaning: 'workload.replicas is 0, so nothing is served.',
    whatToDo: 'Scale it up to serve traffic.',
  },
  Paused: {
    condition: 'FollowsPods',
    meaning: 'spec.paused is true: changes to the spec are not applied.',
    whatToDo: 'Set spec.paused to false.',
  },
  Progressing: {
    condition: 'Reconciling',
    meaning: 'A change is being rolled out, or new pods are starting.',
    whatToDo: 'Wait.',
  },
  NotReady: {
    condition: 'Reconciling',
    meaning: 'A replica that served before is currently not ready.',
    whatToDo: 'Wait. If it persists, see the pod’s /readyz page, which gives the reason.',
  },
  DeadlineExceeded: {
    condition: 'Stalled',
    meaning: 'The Deployment made no progress before its deadline, and the cause is not known.',
    whatToDo: 'Inspect the pods: kubectl describe.',
  },
  InvalidSpec: {
    condition: 'Stalled',
    meaning: 'This version of the operator cannot read the spec; the children are left unchanged.',
    whatToDo: 'Correct the fields named, or bring the CRD and the operator to the same version.',
  },
  NameTaken: {
    condition: 'Stalled',
    meaning:
      'An object with the name of a child exists but does not belong to this resource; it is left unchanged.',
    whatToDo: 'Remove or rename that object, or rename the L4Balancer.',
  },
  ApplyRefused: {
    condition: 'Stalled',
    meaning: 'The API server refuses a child.',
    whatToDo: 'Follow the API server’s message; the operator retries automatically.',
  },
  QuotaExceeded: {
    condition: 'Stalled',
    meaning: 'A ResourceQuota of the namespace is exhausted.',
    whatToDo: 'Raise the quota, or request fewer replicas or resources.',
  },
  PodSecurityViolation: {
    condition: 'Stalled',
    meaning: 'The namespace enforces a Pod Security level that refuses the pods.',
    whatToDo: 'Use tuning.profile Restricted, or change the enforce label of the namespace.',
  },
  PodsRefused: {
    condition: 'Stalled',
    meaning: 'The API server refuses the pods for another reason, such as a LimitRange or a policy.',
    whatToDo: 'Follow the API server’s message.',
  },
  SysctlForbidden: {
    condition: 'Stalled',
    meaning:
      'The kubelet of a node does not allow a sysctl that the pods request. The rollout did not start, or it was stopped after three refused pods; serving replicas are kept.',
    whatToDo:
      'Allow it in the kubelet’s allowedUnsafeSysctls and run the command in the message. Alternatively, choose other nodes, or use tuning.sysctlMethod InitContainer or profile Restricted.',
  },
  SysctlNotSet: {
    condition: 'Stalled',
    meaning: 'The init container could not write a sysctl.',
    whatToDo:
      'Follow the message: the cause may be the value, the kernel, or a policy that removes privileges.',
  },
  Preflight: {
    condition: 'Reconciling',
    meaning: 'Probe pods are trying the unsafe sysctls on the nodes before a rollout uses them.',
    whatToDo: 'Wait for at most a minute.',
  },
  ContainerStartFailed: {
    condition: 'Stalled',
    meaning: 'The container runtime cannot create or start the proxy’s container.',
    whatToDo: 'Follow the runtime’s message; the usual cause is a capability or a sysctl.',
  },
  ImagePullFailed: {
    condition: 'Reconciling',
    meaning: 'A node cannot pull the proxy’s image.',
    whatToDo: 'Correct workload.image, or the registry’s credentials.',
  },
  CrashLoop: {
    condition: 'Reconciling',
    meaning: 'The proxy keeps exiting soon after it starts.',
    whatToDo: 'Follow the message, which quotes the end of its output.',
  },
  Unschedulable: {
    condition: 'Reconciling',
    meaning: 'No node can run a pod.',
    whatToDo: 'Request less, add nodes, or change nodeSelector, tolerations or affinity.',
  },
  PodFailed: {
    condition: 'Reconciling',
    meaning: 'Pods were evicted or refused by their node; they are being replaced.',
    whatToDo: 'Inspect the node in the message.',
  },
  ...BLOCKING_REASONS,
} as const satisfies Readonly<Record<string, ReasonEntry>>;

export type Reason = keyof typeof REASONS;

export const isReason = (text: string): text is Reason => Object.hasOwn(REASONS, text);

/** The result of a check: a reason and its message. */
export interface Verdict {
  readonly reason: Reason;
  readonly message: string;
}
