import { search } from '../state/store.ts';

/** One field that filters listeners, backends and endpoints. */
export const Search = () => (
  <search class="search">
    <label>
      <span class="hidden">Find listeners, backends and endpoints</span>
      <input
        type="search"
        placeholder="Find a listener, backend or address"
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
