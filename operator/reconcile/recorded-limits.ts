import * as z from 'zod';
import { type LimitShares, limitShares } from '../../crds/limit-shares.ts';
import { ApiError } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ObjectRef } from '../../kube/paths.ts';

const recorded = z.object({ limits: z.array(limitShares) });

/** How limits are shared out according to the status; nothing if somebody else has made it unreadable. */
export const recordedLimits = ({
  status,
}: KubeObject & { readonly status?: unknown }): readonly LimitShares[] =>
  recorded.safeParse(status).data?.limits ?? [];

/**
 * Those of these replicas, which no watch shows, that are really gone. The watch of pods may be behind that
 * of the resource, and somebody may have taken a label from a pod. What cannot be read is not gone.
 */
export const goneReplicas = async (
  replicas: readonly string[],
  { metadata }: KubeObject,
  read: (ref: ObjectRef) => Promise<KubeObject>,
): Promise<ReadonlySet<string>> => {
  const gone = await Promise.all(
    replicas.map(async (name) => {
      try {
        await read({ apiVersion: 'v1', kind: 'Pod', name, namespace: metadata.namespace });
        return [];
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return error.code === 'NotFound' ? [name] : [];
      }
    }),
  );
  return new Set(gone.flat());
};
