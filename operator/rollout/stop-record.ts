import { z } from 'zod';
import { type ClusterNode, fingerprint } from '../objects/node.ts';
import { ROLLOUT_STOPPED } from '../objects/workload.ts';
import type { Refusal } from '../sysctls/refused-pod.ts';

/** What is to be known of a stopped rollout until the spec or a node changes. */
export interface StopRecord {
  /** Of the sysctls and the placement that were refused. */
  readonly trial: string;
  readonly refusals: readonly (Refusal & {
    /** Fingerprint of the node as it was then; empty where it was not known. */
    readonly mark: string;
  })[];
  /** Pods that were refused until then. */
  readonly pods: number;
}

const record = z.object({
  trial: z.string(),
  refusals: z.array(z.object({ node: z.string(), sysctls: z.array(z.string()), mark: z.string() })),
  pods: z.number(),
});

export const writeRecord = (stopped: StopRecord): string => JSON.stringify(stopped);

/** Undefined where there is none, or one that another version of the operator wrote in another way: then it is tried again. */
export const readRecord = (
  annotations: Readonly<Record<string, string>> | undefined,
): StopRecord | undefined => {
  const text = annotations?.[ROLLOUT_STOPPED];
  if (text === undefined) return undefined;
  try {
    return record.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // not JSON: as good as none
  }
};

/** What a node is now, as a record keeps it. */
export const markOf = (name: string, nodes: ReadonlyMap<string, ClusterNode>): string => {
  const node = nodes.get(name);
  return node === undefined ? '' : fingerprint(node);
};

/** Whether nothing has changed since: the same sysctls in the same place, and every node that refused is what it was. */
export const stillHolds = (
  { trial, refusals }: StopRecord,
  now: string,
  nodes: ReadonlyMap<string, ClusterNode>,
): boolean => trial === now && refusals.every(({ node, mark }) => markOf(node, nodes) === mark);
