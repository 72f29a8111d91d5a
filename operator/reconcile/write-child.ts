import type { Manifest, Writer } from '../../kube/apply.ts';
import { ApiError } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ObjectRef } from '../../kube/paths.ts';
import { withoutSecrets } from '../objects/secret.ts';
import { OPERATOR_ANNOTATION } from './changed-by.ts';
import { exactPorts } from './service-ports.ts';
import type { WriteCache } from './write-cache.ts';

export interface WriteDeps {
  readonly writer: Pick<Writer, 'apply' | 'applyNew' | 'remove' | 'replace'>;
  /** Reads one object, with its managedFields; throws ApiError NotFound if there is none. */
  readonly read: (ref: ObjectRef) => Promise<KubeObject>;
  readonly writeCache: WriteCache;
  /** Monotonic time in milliseconds. */
  readonly now: () => number;
}

/**
 * Creates an object. If the name is taken, changes nothing and returns the existing object: it may belong to
 * another owner, and a plain server-side apply would simply take it over.
 */
export const createChild = async (
  ref: ObjectRef,
  name: string,
  wanted: Manifest | undefined,
  deps: WriteDeps,
): Promise<KubeObject | undefined> => {
  if (wanted === undefined) return undefined;
  const { writer, writeCache, now } = deps;
  // Reading is cheaper than a write that fails while the name stays taken.
  const holder = writeCache.isTaken(name) ? await readIfPresent(ref, deps) : undefined;
  if (holder !== undefined) return holder;
  try {
    writeCache.confirm(name, wanted, withoutSecrets(await writer.applyNew(wanted)), now());
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'Conflict') throw error;
    const found = await readIfPresent(ref, deps);
    if (found === undefined) throw error;
    return found;
  }
};

export const replaceServicePorts = async (
  ref: ObjectRef,
  live: KubeObject | undefined,
  wanted: Manifest | undefined,
  { writer }: WriteDeps,
): Promise<void> => {
  const ports = exactPorts(live, wanted);
  const { uid, resourceVersion } = live?.metadata ?? {};
  if (ports === undefined || uid === undefined || resourceVersion === undefined) return;
  await writer.replace(ref, '/spec/ports', ports, { uid, resourceVersion });
};

/**
 * Applies the manifest, and returns the resource version of the response. `signature` identifies this
 * operator to another one that also writes to the object.
 */
export const applyManifest = async (
  name: string,
  wanted: Manifest | undefined,
  uid: string | undefined,
  signature: string | undefined,
  { writer, writeCache, now }: WriteDeps,
): Promise<string | undefined> => {
  if (wanted === undefined) return undefined;
  const { annotations } = wanted.metadata;
  const metadata = {
    ...wanted.metadata,
    // With a uid, the API server refuses to write to another object of this name or to create one.
    ...(uid === undefined ? {} : { uid }),
    ...(signature === undefined ? {} : { annotations: { ...annotations, [OPERATOR_ANNOTATION]: signature } }),
  };
  const answer = await writer.apply({ ...wanted, metadata });
  writeCache.confirm(name, wanted, withoutSecrets(answer), now());
  return answer.metadata.resourceVersion;
};

export const readIfPresent = async (ref: ObjectRef, { read }: WriteDeps): Promise<KubeObject | undefined> => {
  try {
    return await read(ref);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'NotFound') return undefined;
    throw error;
  }
};
