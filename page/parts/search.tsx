import { search } from '../state/store.ts';

interface SearchProps {
  readonly label?: string;
  readonly placeholder?: string;
}

/** One field that filters what is listed; by default listeners, backends and endpoints. */
export const Search = ({
  label = 'Find listeners, backends and endpoints',
  placeholder = 'Find a listener, backend or address',
}: SearchProps) => (
  <search class="search">
    <label>
      <span class="hidden">{label}</span>
      <input
        type="search"
        placeholder={placeholder}
        value={search.value}
        onInput={({ currentTarget }) => {
          search.value = currentTarget.value.trim();
        }}
      />
    </label>
  </search>
);

/** Whether one of these texts has what is searched for. */
export const matches = (...texts: readonly (string | number | undefined)[]): boolean => {
  const wanted = search.value.toLowerCase();
  return wanted === '' || texts.some((text) => `${text ?? ''}`.toLowerCase().includes(wanted));
};
