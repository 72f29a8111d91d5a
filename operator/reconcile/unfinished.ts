import { ApiError } from '../../kube/errors.ts';
import { sentence, stable } from '../text/stable.ts';

/** A child, and the result of applying it. */
interface Attempt {
  readonly kind: string;
  readonly name: string;
  readonly result: { readonly kind: string; readonly error?: Error };
}

/**
 * Describes what is not done yet for the children. The texts are sorted, and the same at every attempt.
 */
export const unfinished = (attempted: readonly Attempt[]): readonly string[] =>
  attempted
    .flatMap(({ kind, name, result }) => {
      if (result.kind === 'Waiting')
        return [`${kind} "${name}" is being deleted; the operator recreates it afterwards.`];
      const { error } = result;
      return error === undefined ? [] : [`Cannot apply ${kind} yet: ${textOf(error)} The operator retries.`];
    })
    .sort();

const textOf = (error: Error): string =>
  sentence(stable((error instanceof ApiError && error.serverMessage) || error.message));
