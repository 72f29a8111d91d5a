import type { Manifest, Writer } from '../../kube/apply.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ObjectRef } from '../../kube/paths.ts';
import { managedFieldsOf, owns } from '../objects/managed-fields.ts';

export interface HandOverDeps {
  /** Reads one object, with its managedFields. */
  readonly read: (ref: ObjectRef) => Promise<KubeObject>;
  /** Writes under its own field manager, besides the operator's. */
  readonly handOverWriter: Pick<Writer, 'apply'>;
  /** The operator's name in managedFields. */
  readonly fieldManager: string;
}

type Scaled = KubeObject & { readonly spec?: { readonly replicas?: number } };

/**
 * Keeps a Deployment's replica count while the operator gives the field up to an autoscaler. Server-side
 * apply removes a field that its last owner no longer names, and the API server would then default it to 1.
 * So another field manager owns it first, with the current number, until the autoscaler changes it. Does
 * nothing if the operator does not own the field. Throws what `read` and `apply` throw; Conflict if another
 * writer was faster.
 */
export const handOverReplicas = async (
  ref: ObjectRef,
  wanted: Manifest | undefined,
  { read, handOverWriter, fieldManager }: HandOverDeps,
): Promise<void> => {
  if (!givesReplicasUp(wanted)) return;
  const live = await read(ref);
  const replicas = replicasToHandOver(live, wanted, fieldManager);
  if (replicas === undefined) return;
  const { name, namespace, uid, resourceVersion } = live.metadata;
  await handOverWriter.apply({
    apiVersion: ref.apiVersion,
    kind: ref.kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    spec: { replicas },
  } as Manifest);
};

const givesReplicasUp = (wanted: Manifest | undefined): boolean =>
  wanted?.kind === 'Deployment' && (wanted as Scaled).spec?.replicas === undefined;

/** The replica count that is handed over with the field; undefined if the operator does not own the field. */
export const replicasToHandOver = (
  live: Scaled,
  wanted: Manifest | undefined,
  fieldManager: string,
): number | undefined =>
  givesReplicasUp(wanted) && ownsReplicas(live, fieldManager)
    ? Math.max(1, live.spec?.replicas ?? 1) // an autoscaler never scales up from 0
    : undefined;

/** Whether the manager has applied spec.replicas and still owns it. */
export const ownsReplicas = (object: KubeObject, fieldManager: string): boolean =>
  managedFieldsOf(object).some(
    (one) => one.manager === fieldManager && one.operation === 'Apply' && owns(one, ['spec', 'replicas']),
  );
