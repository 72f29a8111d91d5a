import { signal } from '@preact/signals';
import { search } from '../state/store.ts';
import { count } from '../words/format.ts';

interface Fold {
  /** The entries that are shown. */
  shown<T>(all: readonly T[]): readonly T[];
  /** Shows all entries, or the first ones only. */
  readonly Button: (props: { readonly entries: number }) => preact.JSX.Element | null;
}

/** Shows the first `few` entries of a list, until somebody asks for all of them, or searches. */
export const createFold = (few: number): Fold => {
  const unfolded = signal(false);
  return {
    shown: (all) => (unfolded.value || search.value !== '' ? all : all.slice(0, few)),
    Button: ({ entries }) =>
      search.value === '' && entries > few ? (
        <button
          type="button"
          aria-expanded={unfolded.value}
          onClick={() => {
            unfolded.value = !unfolded.value;
          }}
        >
          {unfolded.value ? `Show ${few} only` : `Show all ${count(entries)}`}
        </button>
      ) : null,
  };
};
