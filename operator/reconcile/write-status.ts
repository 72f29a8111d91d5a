import { API_VERSION, KIND } from '../../crds/resource-type.ts';
import type { Condition, Status } from '../../crds/status.ts';
import type { Writer } from '../../kube/apply.ts';
import { ApiError } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ObjectRef } from '../../kube/paths.ts';
import { appliedFields, sorted } from './applied-fields.ts';
import { type Change, changedBy } from './changed-by.ts';
import type { ContestTracker } from './contest-tracker.ts';
import { digest, statusDigest, type WriteCache } from './write-cache.ts';

export interface StatusDeps {
  readonly writer: Pick<Writer, 'applyStatus'>;
  /** Reads one object, with its managedFields. */
  readonly read: (ref: ObjectRef) => Promise<KubeObject>;
  readonly writeCache: WriteCache;
  readonly contestTracker: ContestTracker;
  /** The operator's name in managedFields. */
  readonly fieldManager: string;
  readonly identity: string;
  readonly now: () => number;
}

export type StatusResult =
  | { readonly kind: 'Unchanged' | 'Written' | 'Gone' }
  /**
   * Written a moment ago: faster changes are combined into one write. Or the resource has changed since it
   * was read.
   */
  | { readonly kind: 'Paced'; readonly afterMs: number }
  /** Another writer keeps changing it: it is put back later. */
  | { readonly kind: 'Contested'; readonly waitMs: number };

/**
 * A resource's status is written at most this often, so that pods that come and go all the time do not cause
 * constant writes.
 */
export const STATUS_INTERVAL_MS = 500;

type Root = KubeObject & { readonly status?: unknown };

const nameOf = (key: string): string => `${key} status`;

/** The resource as last written or received, whichever is newer. */
export const latestRoot = (key: string, root: Root, writeCache: WriteCache, now: number): Root =>
  writeCache.newest<Root>(nameOf(key), root, now) ?? root;

/** The status as last written or received, whichever is newer. */
export const previousStatus = (
  key: string,
  root: Root,
  writeCache: WriteCache,
  now: number,
): Partial<Status> | undefined =>
  latestRoot(key, root, writeCache, now).status as Partial<Status> | undefined;

/** The conditions as last written or received, whichever is newer. */
export const previousConditions = (
  key: string,
  root: Root,
  writeCache: WriteCache,
  now: number,
): readonly Condition[] => {
  const conditions = previousStatus(key, root, writeCache, now)?.conditions;
  return Array.isArray(conditions) ? conditions : [];
};

/**
 * Writes the status if it differs from the API server's. Throws what Writer.applyStatus throws. Shares of
 * limits are written only to the version of the resource that they are based on, so that no operator
 * overwrites what another one has given out.
 */
export const writeStatus = async (
  key: string,
  root: Root,
  status: Status,
  deps: StatusDeps,
  basedOn: Root = root,
): Promise<StatusResult> => {
  const { writer, writeCache, contestTracker, now } = deps;
  const name = nameOf(key);
  const live = latestRoot(key, root, writeCache, now());
  const wanted = { status };
  const has = digest(sorted(appliedFields(live, wanted)));
  const confirmed = writeCache.confirmed(name);
  // The second condition: an API server with an older CRD drops fields that it does not know; they are not
  // sent again.
  if (
    has === digest(sorted(wanted)) ||
    (confirmed?.sent === digest(wanted) && confirmed.got === digest(appliedFields(live, wanted)))
  )
    return { kind: 'Unchanged' };
  const pacedMs = confirmed === undefined ? 0 : confirmed.at + STATUS_INTERVAL_MS - now();
  if (pacedMs > 0) return { kind: 'Paced', afterMs: pacedMs };
  // Only the operator has a reason to write the status.
  const isForeign =
    confirmed !== undefined && confirmed.uid === root.metadata.uid && confirmed.status !== statusDigest(live);
  const waitMs = isForeign ? contestTracker.waitMs(name, now()) : 0;
  if (waitMs > 0) return { kind: 'Contested', waitMs };
  const { name: rootName, namespace, uid } = root.metadata;
  try {
    const change = isForeign ? await changeOf(root, wanted, deps) : undefined;
    const answer = await writer.applyStatus<Root>({
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: {
        name: rootName,
        ...(namespace === undefined ? {} : { namespace }),
        // So that a later resource of the same name is never written.
        ...(uid === undefined ? {} : { uid }),
        ...(status.limits === undefined ? {} : { resourceVersion: basedOn.metadata.resourceVersion ?? '' }),
      },
      status,
    });
    writeCache.confirm(name, wanted, answer, now());
    contestTracker.sent({ name, kind: 'status', digest: '', wanted: undefined, epoch: '' }, change, now());
    return { kind: 'Written' };
  } catch (error) {
    if (error instanceof ApiError && error.code === 'NotFound') return { kind: 'Gone' };
    if (error instanceof ApiError && error.code === 'Conflict' && status.limits !== undefined)
      return { kind: 'Paced', afterMs: STATUS_INTERVAL_MS };
    throw error;
  }
};

const changeOf = async (
  { metadata }: Root,
  wanted: { readonly status: Status },
  { read, fieldManager, identity }: StatusDeps,
): Promise<Change> => {
  const { name, namespace } = metadata;
  return changedBy(
    await read({ apiVersion: API_VERSION, kind: KIND, name, namespace }),
    wanted,
    fieldManager,
    identity,
  );
};
