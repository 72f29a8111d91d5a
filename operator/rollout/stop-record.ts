import * as z from 'zod';
import { type ClusterNode, fingerprint } from '../objects/node.ts';
import { ROLLOUT_STOPPED } from '../objects/workload.ts';
import type { Refusal } from '../sysctls/refused-pod.ts';

/** What to remember of a stopped rollout until the spec or a node changes. */
export interface StopRecord {
  /** Mark of the sysctls and the placement that were refused. */
  readonly trial: string;
  readonly refusals: readonly (Refusal & {
    /** Fingerprint of the node at that time; empty if it was unknown. */
    readonly mark: string;
  })[];
  /** Number of pods that were refused. */
  readonly pods: number;
}

const record = z.object({
  trial: z.string(),
  refusals: z.array(z.object({ node: z.string(), sysctls: z.array(z.string()), mark: z.string() })),
  pods: z.number(),
});

export const writeRecord = (stopped: StopRecord): string => JSON.stringify(stopped);

/**
 * Undefined if there is none, or if another version of the operator wrote it in another format: then the
 * rollout is tried again.
 */
export const readRecord = (
  annotations: Readonly<Record<string, string>> | undefined,
): StopRecord | undefined => {
  const text = annotations?.[ROLLOUT_STOPPED];
  if (text === undefined) return undefined;
  try {
    return record.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // not JSON: treated as absent
  }
};

/** The current fingerprint of the node. */
export const markOf = (name: string, nodes: ReadonlyMap<string, ClusterNode>): string => {
  const node = nodes.get(name);
  return node === undefined ? '' : fingerprint(node);
};

/**
 * Whether nothing has changed since: the sysctls and the placement are the same, and so is every node that
 * refused.
 */
export const stillHolds = (
  { trial, refusals }: StopRecord,
  now: string,
  nodes: ReadonlyMap<string, ClusterNode>,
): boolean => trial === now && refusals.every(({ node, mark }) => markOf(node, nodes) === mark);
