import { ApiError } from '../../kube/errors.ts';

/** What an error of a write means for its caller. */
export type WriteFailure =
  /** The API server will refuse until somebody changes something. */
  | {
      readonly kind: 'Refused';
      readonly message: string;
      /** Fields that the API server names. */
      readonly fields: readonly string[];
    }
  /** A retry may succeed. */
  | { readonly kind: 'Failed'; readonly error: Error }
  /** The namespace is being deleted, together with the object. */
  | { readonly kind: 'NamespaceTerminating' };

const RETRYABLE: ReadonlySet<string> = new Set([
  'Conflict',
  'Gone',
  'NotFound',
  'TooManyRequests',
  'Unauthorized',
  'Unavailable',
]);

/**
 * Internal errors that users have to see: a webhook that does not respond, and fields that the API server
 * does not know.
 */
const FINAL = /webhook|failed to create typed patch object|field not declared in schema/;

/** Rethrows anything that is not an Error. */
export const writeFailure = (error: unknown): WriteFailure => {
  if (!(error instanceof Error)) throw error;
  if (!(error instanceof ApiError)) return { kind: 'Failed', error };
  if (error.causes.some(({ reason }) => reason === 'NamespaceTerminating'))
    return { kind: 'NamespaceTerminating' };
  const isTransient = error.code === 'ServerError' && !FINAL.test(error.serverMessage);
  return RETRYABLE.has(error.code) || isTransient
    ? { kind: 'Failed', error }
    : {
        kind: 'Refused',
        message: error.serverMessage,
        fields: error.causes.flatMap(({ field }) => field ?? []),
      };
};
