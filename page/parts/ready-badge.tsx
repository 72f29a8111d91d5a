import type { FleetRow } from '../../report/fleet.ts';
import { clipped } from '../words/format.ts';

/** What a balancer's state is, beside its reason. */
export const gradeOf = ({ ready, problemCount }: FleetRow): 'good' | 'fair' | 'bad' =>
  ready !== 'True' ? 'bad' : problemCount > 0 ? 'fair' : 'good';

/** Whether a balancer is Ready, and the reason. */
export const ReadyBadge = ({ row }: { readonly row: FleetRow }) => (
  <span class={`badge ${gradeOf(row)}`}>
    {row.ready === 'True' ? 'Ready' : row.ready === 'False' ? 'Not ready' : 'Unknown'}
    {row.reason !== 'Available' && `: ${clipped(row.reason, 64)}`}
  </span>
);
