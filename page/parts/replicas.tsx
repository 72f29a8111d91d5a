import type { FleetReplica } from '../../report/fleet.ts';
import { chosen, type ProxyView, proxies } from '../state/store.ts';
import { evenness } from '../words/evenness.ts';
import { clipped, count, duration, perSecond } from '../words/format.ts';
import { Section } from './section.tsx';
import { type Column, Table } from './table.tsx';

const COLUMNS: readonly Column[] = [
  'Replica',
  'State',
  'Open',
  ['New', 'number'],
  ['Errors', 'number'],
  'Serves',
  ['Running for', 'number spare'],
];

/** What is wrong with a replica, or with how it is asked. */
const troubleOf = ({ trouble, link }: FleetReplica): string =>
  [trouble, link.state === 'Lost' ? `No live figures: ${link.why}` : '']
    .filter((one) => one !== '')
    .join(' · ');

const stateOf = ({ isReady, link }: FleetReplica) => {
  if (!isReady) return { word: 'Not ready', grade: 'bad' };
  if (link.state === 'Lost') return { word: 'Silent', grade: 'fair' };
  return link.state === 'Live' ? { word: 'Ready', grade: 'good' } : { word: 'Ready', grade: '' };
};

const Row = ({
  replica,
  view,
  most,
}: {
  readonly replica: FleetReplica;
  readonly view: ProxyView | undefined;
  readonly most: number;
}) => {
  const { pod, node, restarts } = replica;
  const { word, grade } = stateOf(replica);
  const { summary, totals } = view?.report ?? {};
  const trouble = troubleOf(replica);
  return (
    <tr>
      <th scope="row">
        {clipped(pod, 253)}
        <span class="detail">
          {node === '' ? 'on no node' : `on ${clipped(node, 253)}`}
          {restarts > 0 && ` · ${count(restarts)} ${restarts === 1 ? 'restart' : 'restarts'}`}
        </span>
      </th>
      <td class="whole">
        <span class={`state ${grade}`}>{word}</span>
        {trouble !== '' && <span class="detail">{clipped(trouble, 600)}</span>}
      </td>
      <td class="share" data-label="Open">
        <span class="bar" style={{ width: `${(60 * (totals?.open ?? 0)) / most}%` }} />
        {totals === undefined ? '–' : count(totals.open)}
      </td>
      <td class="number" data-label="New">
        {totals === undefined ? '–' : perSecond(totals.connections)}
      </td>
      <td class="number" data-label="Errors">
        {totals === undefined ? '–' : perSecond(totals.errors)}
      </td>
      <td class="serves" data-label="Serves">
        {clipped(summary?.revision ?? '–', 40)}
        {summary !== undefined && <span class="detail">version {clipped(summary.version, 40)}</span>}
      </td>
      <td class="number spare" data-label="Running for">
        {summary?.uptimeMs === undefined ? '–' : duration(summary.uptimeMs)}
      </td>
    </tr>
  );
};

/** Chooses one replica, or all of them together. */
export const ReplicaChoice = ({ replicas }: { readonly replicas: readonly FleetReplica[] }) => (
  <label class="choice">
    Figures of{' '}
    <select
      value={chosen.value ?? ''}
      onChange={({ currentTarget }) => {
        chosen.value = currentTarget.value === '' ? undefined : currentTarget.value;
      }}
    >
      <option value="">all replicas</option>
      {replicas.map(({ pod }) => (
        <option key={pod} value={pod}>
          {clipped(pod, 80)}
        </option>
      ))}
    </select>
  </label>
);

/** The replicas with what each of them does, and how evenly they share the connections. */
export const Replicas = ({
  replicas,
  more,
}: {
  readonly replicas: readonly FleetReplica[];
  readonly more: number;
}) => {
  const open = replicas.flatMap(({ pod }) => proxies.value.get(pod)?.report.totals.open ?? []);
  const most = Math.max(1, ...open);
  const ratio = evenness(open);
  const note =
    open.length < 2
      ? ''
      : ratio < 1.005
        ? ', evenly loaded'
        : `, the busiest has ${ratio.toFixed(2)} × the mean`;
  return (
    <Section id="replicas" title="Replicas" note={`${count(replicas.length + more)}${note}`}>
      {replicas.length === 0 ? (
        <p class="empty">It has no pods.</p>
      ) : (
        <Table label="Replicas" stacks columns={COLUMNS}>
          {replicas.map((replica) => (
            <Row key={replica.pod} replica={replica} view={proxies.value.get(replica.pod)} most={most} />
          ))}
        </Table>
      )}
      {more > 0 && (
        <p class="more">
          {count(more)} more {more === 1 ? 'replica is' : 'replicas are'} left out, here and in all figures of
          this page.
        </p>
      )}
    </Section>
  );
};
