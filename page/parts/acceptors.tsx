import type { LiveReport } from '../../report/live.ts';
import { evenness } from '../words/evenness.ts';
import { count, perSecond } from '../words/format.ts';
import { Section } from './section.tsx';
import { type Column, Table } from './table.tsx';

const COLUMNS: readonly Column[] = [
  'Acceptor',
  'Open',
  ['New', 'number'],
  ['Accepted', 'number'],
  ['Handed over', 'number spare'],
];

/** The threads that relay, and how evenly they share the connections. */
export const Acceptors = ({ report: { acceptors, summary } }: { readonly report: LiveReport }) => {
  const live = new Map(acceptors.map((one) => [one.index, one]));
  const open = summary.acceptors.map((one) => one.open);
  const most = Math.max(1, ...open);
  const ratio = evenness(open);
  return (
    <Section
      id="acceptors"
      title="Acceptors"
      note={
        summary.acceptors.length > 1 &&
        (ratio < 1.005 ? 'evenly loaded' : `the busiest has ${ratio.toFixed(2)} × the mean`)
      }
    >
      <Table label="Acceptors" columns={COLUMNS}>
        {summary.acceptors.map(({ index, alive, open: held, accepted, tableVersion }) => {
          const now = live.get(index);
          return (
            <tr key={index}>
              <th scope="row">
                {index}
                {!alive && <span class="state bad">Died</span>}
                {now?.pausedBy !== undefined && <span class="state bad">Paused: {now.pausedBy}</span>}
                {tableVersion < summary.tableVersion && <span class="detail">table {tableVersion}</span>}
              </th>
              <td class="share">
                <span class="bar" style={{ width: `${(60 * held) / most}%` }} />
                {count(held)}
              </td>
              <td class="number">{perSecond(now?.connections ?? 0)}</td>
              <td class="number">{count(accepted)}</td>
              <td class="number spare">{count(now?.handedOver ?? 0)}</td>
            </tr>
          );
        })}
      </Table>
    </Section>
  );
};
