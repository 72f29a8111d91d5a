import type { LiveReport } from '../../report/live.ts';
import { count } from '../words/format.ts';
import { EndpointTable } from './endpoint-table.tsx';

/** The endpoints that take no connections, whichever backend they are of. */
export const EndpointsOut = ({ report: { out, nowMs } }: { readonly report: LiveReport }) => {
  if (out.total === 0) return null;
  const left = out.total - out.endpoints.length;
  return (
    <div class="out">
      <h3>{out.total === 1 ? 'One endpoint is' : `${count(out.total)} endpoints are`} out of service</h3>
      <EndpointTable label="Endpoints out of service" endpoints={out.endpoints} nowMs={nowMs} withBackend />
      {left > 0 && <p class="more">{count(left)} more; unfold their backends.</p>}
    </div>
  );
};
