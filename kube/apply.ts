import { ApiError } from './errors.ts';
import type { KubeObject } from './object.ts';
import { collectionPath, type ObjectRef, objectPath } from './paths.ts';
import { stripManagedFields } from './strip.ts';
import type { Call, Transport } from './transport.ts';

/** An object to write, with its type. The API server adds the rest. */
export interface Manifest extends KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface RemoveOptions {
  /** Removes only the object with this UID, not a later one with the same name. */
  readonly uid?: string | undefined;
  /** How objects that it owns are deleted; Background by default. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan' | undefined;
}

/** `Gone`: there was no such object (or, with a UID, a different one by now); nothing was done. */
export type Removal = 'Removed' | 'Gone';

/** The only way to change anything on the API server. Every call throws the errors of Transport.request. */
export interface Writer {
  /**
   * Server-side apply: creates the object, or sets the given fields and takes them over from other managers.
   * With a metadata.resourceVersion it throws ApiError Conflict if the object has changed since. @returns the
   * object as stored by the server, without managedFields.
   */
  apply<T extends KubeObject>(manifest: T & Manifest, signal?: AbortSignal): Promise<T & KubeObject>;
  /** Like apply, but only creates: if the name is taken, it throws ApiError Conflict and changes nothing. */
  applyNew<T extends KubeObject>(manifest: T & Manifest, signal?: AbortSignal): Promise<T & KubeObject>;
  /** Like apply, for the status subresource: only `status` is used, and the object must exist. */
  applyStatus<T extends KubeObject>(manifest: T & Manifest, signal?: AbortSignal): Promise<T & KubeObject>;
  /**
   * Creates an object, also one with metadata.generateName; throws ApiError AlreadyExists if the name is
   * taken.
   */
  create<T extends KubeObject>(manifest: T & Manifest, signal?: AbortSignal): Promise<T & KubeObject>;
  /**
   * Replaces a field by `value`, whoever owns it; apply could only add to it. Throws ApiError Invalid if the
   * object does not have this UID and version any more. @param pointer JSON pointer to an existing field,
   * such as `/spec/ports`.
   */
  replace(
    ref: ObjectRef,
    pointer: string,
    value: unknown,
    at: { readonly uid: string; readonly resourceVersion: string },
    signal?: AbortSignal,
  ): Promise<KubeObject>;
  remove(ref: ObjectRef, options?: RemoveOptions, signal?: AbortSignal): Promise<Removal>;
}

/**
 * Asks the API server whether it would accept these, with all of its admission, and writes nothing. Rejects
 * with the errors of Transport.request if it would not, or if one may not write.
 */
export interface Trial {
  create(manifest: Manifest): Promise<void>;
  /** Server-side apply, also of an object that exists. */
  apply(manifest: Manifest): Promise<void>;
}

/** With `dryRun`, no request of a trial changes anything. */
const DRY = { dryRun: 'All', fieldManager: 'l4balancer-trial' } as const;

export const createTrial = (transport: Transport, timeoutMs: number): Trial => ({
  async create(manifest) {
    const path = collectionPath(manifest, manifest.metadata.namespace);
    await transport.request({ method: 'POST', path, query: DRY, body: manifest, timeoutMs });
  },
  async apply(manifest) {
    await transport.request({
      method: 'PATCH',
      path: objectPath(refOf(manifest)),
      query: { ...DRY, force: 'true' },
      contentType: 'application/apply-patch+yaml',
      body: manifest,
      timeoutMs,
    });
  },
});

/**
 * A version that no object has or will ever have: with it, server-side apply refuses to change an existing
 * object but still creates a new one.
 */
const NO_VERSION = String(2n ** 63n - 1n);

/** `fieldManager` is recorded in managedFields as the owner of the fields written. */
export function createWriter(transport: Transport, fieldManager: string): Writer {
  async function write<T extends KubeObject>(
    call: Call,
    signal: AbortSignal | undefined,
  ): Promise<T & KubeObject> {
    const answer = await transport.request({ ...call, ...(signal === undefined ? {} : { signal }) });
    return stripManagedFields(answer as T & KubeObject);
  }

  const patch = (path: string, manifest: Manifest): Call => ({
    method: 'PATCH',
    path,
    query: { fieldManager, force: 'true' },
    contentType: 'application/apply-patch+yaml', // JSON is valid YAML, and every version accepts this type
    body: manifest,
  });

  return {
    apply: (manifest, signal) => write(patch(objectPath(refOf(manifest)), manifest), signal),
    applyNew: (manifest, signal) => {
      const metadata = { ...manifest.metadata, resourceVersion: NO_VERSION };
      return write(patch(objectPath(refOf(manifest)), { ...manifest, metadata }), signal);
    },
    applyStatus: (manifest, signal) =>
      write(patch(`${objectPath(refOf(manifest))}/status`, manifest), signal),
    create: (manifest, signal) => {
      const path = collectionPath(manifest, manifest.metadata.namespace);
      return write({ method: 'POST', path, query: { fieldManager }, body: manifest }, signal);
    },
    replace: (ref, pointer, value, { uid, resourceVersion }, signal) => {
      const body = [
        { op: 'test', path: '/metadata/uid', value: uid },
        { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
        { op: 'replace', path: pointer, value },
      ];
      const contentType = 'application/json-patch+json';
      return write(
        { method: 'PATCH', path: objectPath(ref), query: { fieldManager }, contentType, body },
        signal,
      );
    },
    async remove(ref, options = {}, signal) {
      const { uid, propagation = 'Background' } = options;
      try {
        await transport.request({
          method: 'DELETE',
          path: objectPath(ref),
          body: { propagationPolicy: propagation, ...(uid === undefined ? {} : { preconditions: { uid } }) },
          ...(signal === undefined ? {} : { signal }),
        });
        return 'Removed';
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const isAnother =
          error.code === 'Conflict' && uid !== undefined && error.serverMessage.includes('UID');
        if (error.code === 'NotFound' || isAnother) return 'Gone';
        throw error;
      }
    },
  };
}

function refOf(manifest: Manifest): ObjectRef {
  const { apiVersion, kind, metadata } = manifest;
  return { apiVersion, kind, name: metadata.name, namespace: metadata.namespace };
}
