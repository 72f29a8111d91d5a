import type { LiveListener, Series } from '../../report/live.ts';
import type { StatusSummary } from '../../report/status.ts';
import type { ProxyView } from '../state/store.ts';
import { bytesPerSecond, clipped, count, countOf, perSecond, short } from '../words/format.ts';
import { Chart } from './chart.tsx';
import { createFold } from './fold.tsx';
import { Marks } from './marks.tsx';
import { matches } from './search.tsx';
import { Section } from './section.tsx';
import { type Column, Table } from './table.tsx';

const COLUMNS: readonly Column[] = [
  'Listener',
  ['Open', 'number'],
  ['New', 'number'],
  ['In', 'number spare'],
  ['Out', 'number spare'],
  ['Errors', 'number'],
  ['Trend', 'trend'],
];

type Listener = StatusSummary['listeners'][number];

const fold = createFold(12);
const NOTHING: Omit<LiveListener, 'name'> = { connections: 0, received: 0, sent: 0, errors: 0 };

const backendsOf = ({ backend, routedTo = [] }: Listener): readonly string[] => [
  ...new Set([...(backend === undefined ? [] : [backend]), ...routedTo]),
];

/** What is special about a listener. */
const notesOf = ({ leaving, sources, limits, droppedDatagrams = 0 }: Listener): readonly string[] => {
  const refused = limits?.refused.reduce((sum, { total }) => sum + total, 0) ?? 0;
  return [
    leaving === true ? 'no longer served' : '',
    sources === undefined ? '' : 'restricted sources',
    limits === undefined ? '' : limits.limiting ? 'limiting now' : 'limited',
    refused > 0 ? `${count(refused)} refused by limits` : '',
    droppedDatagrams > 0 ? `${count(droppedDatagrams)} datagrams dropped` : '',
  ].filter((note) => note !== '');
};

interface RowProps {
  readonly listener: Listener;
  readonly live: Omit<LiveListener, 'name'>;
  readonly series: Series;
  readonly everyMs: number;
  readonly findings: StatusSummary['findings'];
}

const Row = ({ listener, live, series, everyMs, findings }: RowProps) => {
  const { name, address, port, protocol = 'TCP', open } = listener;
  const notes = notesOf(listener);
  return (
    <tr>
      <th scope="row">
        {clipped(name, 253)} <Marks findings={findings} />
        <span class="detail">
          {address === undefined ? '' : `${address} `}
          {port}/{protocol} → {clipped(backendsOf(listener).join(', ') || 'no backend', 300)}
        </span>
        {notes.length > 0 && <span class="detail">{notes.join(' · ')}</span>}
      </th>
      <td class="number">{count(open)}</td>
      <td class="number">{perSecond(live.connections)}</td>
      <td class="number spare">{bytesPerSecond(live.received)}</td>
      <td class="number spare">{bytesPerSecond(live.sent)}</td>
      <td class={`number${live.errors > 0 ? ' bad' : ''}`}>{perSecond(live.errors)}</td>
      <td class="trend">
        <Chart
          isSpark
          label={`New connections of ${clipped(name, 80)} in the last minutes`}
          lines={[{ label: 'New', values: series, colour: '--accent' }]}
          everyMs={everyMs}
          format={short}
        />
      </td>
    </tr>
  );
};

/** Every listener with what it does now. */
export const Listeners = ({ view: { report, history } }: { readonly view: ProxyView }) => {
  const live = new Map(report.listeners.map((one) => [one.name, one]));
  const all = report.summary.listeners;
  const found = all.filter((one) => matches(one.name, one.port, one.address, ...backendsOf(one)));
  return (
    <Section id="listeners" title="Listeners" note={countOf(found, all)}>
      <Table label="Listeners" columns={COLUMNS}>
        {fold.shown(found).map((listener) => (
          <Row
            key={listener.name}
            listener={listener}
            live={live.get(listener.name) ?? NOTHING}
            series={history.listeners[listener.name]?.connections ?? []}
            everyMs={report.everyMs}
            findings={report.summary.findings.filter((one) => one.listener === listener.name)}
          />
        ))}
      </Table>
      {found.length === 0 && <p class="empty">{all.length === 0 ? 'There are none.' : 'None matches.'}</p>}
      <fold.Button entries={found.length} />
    </Section>
  );
};
