import { useEndpoints } from '../state/endpoints.ts';
import { search } from '../state/store.ts';
import { clipped, count } from '../words/format.ts';
import { EndpointTable } from './endpoint-table.tsx';

const LIMIT = 50;
/** No address has other characters. */
const ADDRESS = /^[\da-f.:[\]]+$/i;

/** The endpoints of all backends whose address has what is searched for. */
export const FoundEndpoints = ({ nowMs }: { readonly nowMs: number }) =>
  ADDRESS.test(search.value) ? <Found text={search.value} nowMs={nowMs} /> : null;

const Found = ({ text, nowMs }: { readonly text: string; readonly nowMs: number }) => {
  const found = useEndpoints(`${new URLSearchParams({ search: text, limit: `${LIMIT}` })}`, nowMs);
  if (found === undefined || found.total === 0) return null;
  return (
    <div class="found">
      <h3>
        Endpoints with “{clipped(text, 60)}”: {count(found.total)}
        {found.total > LIMIT && `, the first ${LIMIT}`}
      </h3>
      <EndpointTable label="Endpoints found" endpoints={found.endpoints} nowMs={nowMs} withBackend />
    </div>
  );
};
