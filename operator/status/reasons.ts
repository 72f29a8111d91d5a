import { BLOCKING_REASONS } from './finding-reasons.ts';

/** What a reason means for the conditions: `Done` is Ready, `Working` is Reconciling, `Stuck` is Stalled; `AsItIs` follows the pods. */
export type Standing = 'Done' | 'Working' | 'Stuck' | 'AsItIs';

export interface ReasonEntry {
  readonly standing: Standing;
  readonly meaning: string;
  readonly whatToDo: string;
}

/** The closed catalogue of reasons in the conditions of an L4Balancer. */
export const REASONS = {
  Available: {
    standing: 'Done',
    meaning: 'All replicas of the newest revision serve.',
    whatToDo: 'Nothing.',
  },
  ScaledToZero: {
    standing: 'Done',
    meaning: 'workload.replicas is 0, so nothing is served.',
    whatToDo: 'Scale it up when traffic is wanted.',
  },
  Paused: {
    standing: 'AsItIs',
    meaning: 'spec.paused is true: changes of the spec are not applied.',
    whatToDo: 'Set spec.paused to false.',
  },
  Progressing: {
    standing: 'Working',
    meaning: 'A change is on its way to the pods, or new pods are on their way.',
    whatToDo: 'Wait.',
  },
  NotReady: {
    standing: 'Working',
    meaning: 'A replica that served is not ready at the moment.',
    whatToDo: 'Wait; if it stays, look at the pod’s /readyz page, which says why.',
  },
  DeadlineExceeded: {
    standing: 'Stuck',
    meaning: 'The Deployment made no progress for its deadline, and nothing says why.',
    whatToDo: 'Look at the pods: kubectl describe.',
  },
  InvalidSpec: {
    standing: 'Stuck',
    meaning: 'This version of the operator cannot read the spec; the children are left as they are.',
    whatToDo: 'Correct the fields named, or bring CRD and operator to the same version.',
  },
  NameTaken: {
    standing: 'Stuck',
    meaning: 'An object with the name of a child exists and belongs to somebody else; it is left alone.',
    whatToDo: 'Remove or rename that object, or name the L4Balancer differently.',
  },
  ApplyRefused: {
    standing: 'Stuck',
    meaning: 'The API server refuses a child.',
    whatToDo: 'Follow the API server’s message; it is tried again by itself.',
  },
  QuotaExceeded: {
    standing: 'Stuck',
    meaning: 'A ResourceQuota of the namespace leaves no room.',
    whatToDo: 'Raise the quota, or ask for fewer replicas or resources.',
  },
  PodSecurityViolation: {
    standing: 'Stuck',
    meaning: 'The namespace enforces a Pod Security level that refuses the pods.',
    whatToDo: 'Use tuning.profile Restricted, or another enforce label on the namespace.',
  },
  PodsRefused: {
    standing: 'Stuck',
    meaning: 'The API server refuses the pods for another reason, such as a LimitRange or a policy.',
    whatToDo: 'Follow the API server’s message.',
  },
  SysctlForbidden: {
    standing: 'Stuck',
    meaning:
      'A node’s kubelet does not allow a sysctl that the pods ask for. No rollout is begun, or it was stopped after three refused pods; replicas that serve stay.',
    whatToDo:
      'Allow it in the kubelet’s allowedUnsafeSysctls and give the command of the message, choose other nodes, use tuning.sysctlMethod InitContainer, or profile Restricted.',
  },
  SysctlNotSet: {
    standing: 'Stuck',
    meaning: 'The init container could not write a sysctl.',
    whatToDo: 'Follow its message: the value, the kernel, or a policy that takes its rights away.',
  },
  Preflight: {
    standing: 'Working',
    meaning: 'A probe pod tries the unsafe sysctls on the nodes before a rollout uses them.',
    whatToDo: 'Wait, a minute at most.',
  },
  ContainerStartFailed: {
    standing: 'Stuck',
    meaning: 'The container runtime cannot make or start the proxy’s container.',
    whatToDo: 'Follow the runtime’s message; most often a capability or a sysctl is to blame.',
  },
  ImagePullFailed: {
    standing: 'Working',
    meaning: 'A node cannot get the proxy’s image.',
    whatToDo: 'Correct workload.image, or the registry’s credentials.',
  },
  CrashLoop: {
    standing: 'Working',
    meaning: 'The proxy ends soon after it starts, again and again.',
    whatToDo: 'Follow its last words.',
  },
  Unschedulable: {
    standing: 'Working',
    meaning: 'No node takes a pod.',
    whatToDo: 'Ask for less, add nodes, or change nodeSelector, tolerations or affinity.',
  },
  PodFailed: {
    standing: 'Working',
    meaning: 'Pods were evicted or refused by their node; new ones are made.',
    whatToDo: 'Look at the node named.',
  },
  ...BLOCKING_REASONS,
} as const satisfies Readonly<Record<string, ReasonEntry>>;

export type Reason = keyof typeof REASONS;

export const isReason = (text: string): text is Reason => Object.hasOwn(REASONS, text);

/** What is the case, and the text that goes with it. */
export interface Verdict {
  readonly reason: Reason;
  readonly message: string;
}
