import { signal } from '@preact/signals';
import type { LiveReport } from '../../report/live.ts';
import { count, perSecond } from '../words/format.ts';
import { Section } from './section.tsx';
import { type Column, Table } from './table.tsx';

const COLUMNS: readonly Column[] = ['Reason', ['Total', 'number'], ['Now', 'number']];

const withAll = signal(false);

/** Why connections ended, errors first. */
export const Endings = ({ report: { closes } }: { readonly report: LiveReport }) => {
  const rows = closes.filter(({ isError }) => withAll.value || isError).sort((a, b) => b.total - a.total);
  return (
    <Section id="endings" title="How connections end">
      <label class="toggle">
        <input
          type="checkbox"
          checked={withAll.value}
          onChange={({ currentTarget }) => {
            withAll.value = currentTarget.checked;
          }}
        />
        Also those that end well
      </label>
      {rows.length === 0 ? (
        <p class="fine">{withAll.value ? 'None has ended yet.' : 'None has ended with an error.'}</p>
      ) : (
        <Table
          label="Reasons for which connections ended"
          caption="Reasons for which connections ended, since the start"
          columns={COLUMNS}
        >
          {rows.map(({ name, meaning, total, rate, isError }) => (
            <tr key={name}>
              <th scope="row">
                {name}
                <span class="detail">{meaning}</span>
              </th>
              <td class="number">{count(total)}</td>
              <td class={`number${isError && rate > 0 ? ' bad' : ''}`}>{perSecond(rate)}</td>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
};
