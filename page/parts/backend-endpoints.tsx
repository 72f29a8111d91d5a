import { useState } from 'preact/hooks';
import { useEndpoints } from '../state/endpoints.ts';
import { count } from '../words/format.ts';
import { EndpointTable } from './endpoint-table.tsx';

/** Endpoints on one page. */
const LIMIT = 50;

/** The endpoints of one backend, page by page. */
export const BackendEndpoints = ({
  backend,
  nowMs,
}: {
  readonly backend: string;
  readonly nowMs: number;
}) => {
  const [page, setPage] = useState(0);
  const question = new URLSearchParams({ backend, limit: `${LIMIT}`, offset: `${page * LIMIT}` });
  const found = useEndpoints(`${question}`, nowMs);
  if (found === undefined) return <p class="empty">…</p>;
  const pages = Math.max(1, Math.ceil(found.total / LIMIT));
  return (
    <>
      {found.total === 0 ? (
        <p class="empty">It has no endpoints.</p>
      ) : found.endpoints.length === 0 && page === 0 ? (
        <p class="empty">
          {count(found.total)} endpoints are too many to add up over the replicas: choose one replica above.
        </p>
      ) : (
        <EndpointTable label={`Endpoints of ${backend}`} endpoints={found.endpoints} nowMs={nowMs} />
      )}
      {pages > 1 && (found.endpoints.length > 0 || page > 0) && (
        <nav class="pager" aria-label={`Endpoints of ${backend}`}>
          <button type="button" disabled={page === 0} onClick={() => setPage(page - 1)}>
            Back
          </button>
          <span>
            {count(page * LIMIT + 1)} to {count(Math.min(found.total, (page + 1) * LIMIT))} of{' '}
            {count(found.total)}
          </span>
          <button type="button" disabled={page >= pages - 1} onClick={() => setPage(page + 1)}>
            Next
          </button>
        </nav>
      )}
    </>
  );
};
