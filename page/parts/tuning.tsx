import type { LiveReport } from '../../report/live.ts';
import { clipped, count } from '../words/format.ts';
import { Section } from './section.tsx';
import { type Column, Table } from './table.tsx';

const COLUMNS: readonly Column[] = ['Setting', 'Asked', 'In effect', 'State'];

/** What was asked of kernel and runtime beside what is in effect; what lacks comes first. */
export const Tuning = ({ report: { summary } }: { readonly report: LiveReport }) => {
  const lacking = summary.tuning.filter(({ ok }) => !ok);
  const rows = [...lacking, ...summary.tuning.filter(({ ok }) => ok)];
  return (
    <Section
      id="tuning"
      title="Tuning"
      note={lacking.length === 0 ? 'all in effect' : `${count(lacking.length)} not in effect`}
    >
      <Table label="Tuning" caption="Settings, asked for and in effect" stacks columns={COLUMNS}>
        {rows.map(({ name, asked, effective, ok, hint }) => (
          <tr key={name}>
            <th scope="row">
              {clipped(name, 253)}
              {hint !== undefined && <span class="detail">{clipped(hint, 1024)}</span>}
            </th>
            <td data-label="Asked">{clipped(asked ?? '–', 256)}</td>
            <td data-label="In effect">{clipped(effective, 256)}</td>
            <td>
              <span class={`state ${ok ? 'good' : 'bad'}`}>{ok ? 'Ok' : 'Lacking'}</span>
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  );
};
