import { ApiError } from '../../kube/errors.ts';
import { sentence, stable } from '../text/stable.ts';

/** A child, and what became of it. */
interface Tried {
  readonly kind: string;
  readonly result: { readonly kind: string; readonly error?: Error };
}

/** Says what is not done yet of the children, which all have one name: sorted, and the same text for every try. */
export const unfinished = (name: string, tried: readonly Tried[]): readonly string[] =>
  tried
    .flatMap(({ kind, result }) => {
      if (result.kind === 'Waiting')
        return [`${kind} "${name}" is being deleted; it is made again when it is gone.`];
      const { error } = result;
      return error === undefined ? [] : [`Cannot apply ${kind} yet: ${textOf(error)} It is tried again.`];
    })
    .sort();

const textOf = (error: Error): string =>
  sentence(stable((error instanceof ApiError && error.serverMessage) || error.message));
