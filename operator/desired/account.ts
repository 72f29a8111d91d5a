import type { Manifest } from '../../kube/apply.ts';

/** On the pod template once the pods' ServiceAccount was replaced: the account that they are made for. */
export const ACCOUNT = 'l4balancer.dev/service-account-uid';

export interface AccountInput {
  /** Of the ServiceAccount that is there now; undefined while there is none. */
  readonly uid: string | undefined;
  /** The account that the pods were made for, as the status has it; undefined where it was never noted. */
  readonly noted: string | undefined;
  /** What the pod template that runs says. */
  readonly live: string | undefined;
  /** Whether there is a workload. */
  readonly isRunning: boolean;
}

/** What the pod template and the status are to say of the account. */
export interface AccountPlan {
  readonly annotation: string | undefined;
  readonly noted: string | undefined;
}

/**
 * A pod's token is of the account that there was when it was made: with that account it dies, and nothing but
 * another pod has one of the new account soon. So pods are made anew where an account was replaced, and only
 * there: what was never noted is noted, which restarts nothing.
 */
export const planAccount = ({ uid, noted, live, isRunning }: AccountInput): AccountPlan => {
  if (uid === undefined) return { annotation: live, noted };
  if (!isRunning) return { annotation: undefined, noted: uid };
  if (noted === undefined || noted === uid) return { annotation: live, noted: uid };
  // Noted once the template has it: a write that fails is made again.
  return { annotation: uid, noted: live === uid ? uid : noted };
};

type Workload = Manifest & { readonly spec?: object };
interface Template {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
}

/** The workload whose pods are made for this account; itself where nothing is to be said of it. */
export const withAccount = (workload: Workload, account: string | undefined): Manifest => {
  if (account === undefined) return workload;
  const { template = {}, ...rest } = (workload.spec ?? {}) as { readonly template?: Template };
  const { metadata = {} } = template;
  const made = {
    ...workload,
    spec: {
      ...rest,
      template: {
        ...template,
        metadata: { ...metadata, annotations: { ...metadata.annotations, [ACCOUNT]: account } },
      },
    },
  };
  return made;
};
