import type { LiveEndpoint } from '../../report/live.ts';
import { bytesPerSecond, clipped, count, duration, hostPort, perSecond } from '../words/format.ts';
import { type Column, Table } from './table.tsx';

const COLUMNS: readonly Column[] = [
  'Endpoint',
  'State',
  ['Open', 'number'],
  ['New', 'number'],
  ['Bytes', 'number spare'],
  ['Total', 'number spare'],
  ['Failed', 'number'],
];

/** The state of an endpoint in one word, and how good that is. */
const stateOf = ({ health, ejectedUntil, share, used, weight, drained }: LiveEndpoint) => {
  if (health === 'Unhealthy') return { word: 'Unhealthy', grade: 'bad' };
  if (ejectedUntil !== undefined) return { word: 'Ejected', grade: 'bad' };
  if (drained === true) return { word: 'Drained', grade: 'idle' };
  if (weight === 0) return { word: 'Weight 0', grade: 'idle' };
  if (share < 1) return { word: `Warming, ${Math.round(share * 100)} %`, grade: 'fair' };
  if (!used) return { word: 'Not used', grade: 'idle' };
  return {
    word: health === 'Healthy' ? 'Healthy' : 'Not checked',
    grade: health === 'Healthy' ? 'good' : 'idle',
  };
};

/** Why, since when, and until when. */
const detailOf = (endpoint: LiveEndpoint, nowMs: number): string => {
  const { reason, since, ejectedUntil, backup } = endpoint;
  return [
    backup === true ? 'backup' : '',
    since === undefined ? '' : `for ${duration(nowMs - Date.parse(since))}`,
    ejectedUntil === undefined ? '' : `again in ${duration(Date.parse(ejectedUntil) - nowMs)} at the latest`,
    clipped(reason ?? '', 500),
  ]
    .filter((part) => part !== '')
    .join(' · ');
};

interface EndpointTableProps {
  readonly label: string;
  readonly endpoints: readonly LiveEndpoint[];
  readonly nowMs: number;
  readonly withBackend?: boolean;
}

export const EndpointTable = ({ label, endpoints, nowMs, withBackend = false }: EndpointTableProps) => (
  <Table label={label} stacks columns={COLUMNS}>
    {endpoints.map((endpoint) => {
      const { word, grade } = stateOf(endpoint);
      const detail = detailOf(endpoint, nowMs);
      return (
        <tr key={`${endpoint.backend} ${hostPort(endpoint)}`}>
          <th scope="row">
            {hostPort(endpoint)}
            {withBackend && <span class="of"> of {clipped(endpoint.backend, 80)}</span>}
          </th>
          <td class="whole">
            <span class={`state ${grade}`}>{word}</span>
            {detail !== '' && <span class="detail">{detail}</span>}
          </td>
          <td class="number" data-label="Open">
            {count(endpoint.open)}
          </td>
          <td class="number" data-label="New">
            {perSecond(endpoint.rate)}
          </td>
          <td class="number spare" data-label="Bytes">
            {bytesPerSecond(endpoint.bytes)}
          </td>
          <td class="number spare" data-label="Total">
            {count(endpoint.connections)}
          </td>
          <td class="number" data-label="Failed">
            {count(endpoint.failures)}
          </td>
        </tr>
      );
    })}
  </Table>
);
