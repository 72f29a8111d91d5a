import type { Manifest } from '../../kube/apply.ts';

/**
 * Annotation of the pod template, set once the ServiceAccount of the pods has been replaced: the uid of the
 * new one.
 */
export const ACCOUNT = 'l4balancer.dev/service-account-uid';

export interface AccountInput {
  /** The uid of the current ServiceAccount; undefined while there is none. */
  readonly uid: string | undefined;
  /**
   * The uid of the account that the pods were created for, from the status; undefined if it was never
   * recorded.
   */
  readonly recorded: string | undefined;
  /** The annotation of the current pod template. */
  readonly live: string | undefined;
  /** Whether a workload exists. */
  readonly isRunning: boolean;
}

/** What the pod template and the status shall record about the account. */
export interface AccountPlan {
  readonly annotation: string | undefined;
  readonly recorded: string | undefined;
}

/**
 * The token of a pod belongs to the account that existed when the pod was created. If that account is
 * deleted, the token becomes invalid, and only a new pod gets a token of the new account soon. So pods are
 * replaced if the account was replaced, and only then: an account that was never recorded is recorded, which
 * restarts nothing.
 */
export const planAccount = ({ uid, recorded, live, isRunning }: AccountInput): AccountPlan => {
  if (uid === undefined) return { annotation: live, recorded };
  if (!isRunning) return { annotation: undefined, recorded: uid };
  if (recorded === undefined || recorded === uid) return { annotation: live, recorded: uid };
  // Recorded only once the template has it, so that a failed write is repeated.
  return { annotation: uid, recorded: live === uid ? uid : recorded };
};

type Workload = Manifest & { readonly spec?: object };
interface Template {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
}

/** The workload with the annotation of this account; unchanged if there is none. */
export const withAccount = (workload: Workload, account: string | undefined): Manifest => {
  if (account === undefined) return workload;
  const { template = {}, ...rest } = (workload.spec ?? {}) as { readonly template?: Template };
  const { metadata = {} } = template;
  const annotated = {
    ...workload,
    spec: {
      ...rest,
      template: {
        ...template,
        metadata: { ...metadata, annotations: { ...metadata.annotations, [ACCOUNT]: account } },
      },
    },
  };
  return annotated;
};
