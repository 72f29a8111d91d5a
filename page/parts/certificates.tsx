import type { LiveReport } from '../../report/live.ts';
import { clipped, count, daysUntil } from '../words/format.ts';
import { Section } from './section.tsx';
import { type Column, Table } from './table.tsx';

const COLUMNS: readonly Column[] = ['Certificate', 'Valid for', 'Hosts', 'Listeners'];

/** From here on a proxy has a finding as well. */
const SOON_DAYS = 14;

const gradeOf = (days: number): string => (days < 0 ? 'bad' : days < SOON_DAYS ? 'fair' : 'good');

const Left = ({ notAfter, nowMs }: { readonly notAfter: string | undefined; readonly nowMs: number }) => {
  if (notAfter === undefined) return <span class="state bad">None in use</span>;
  const days = daysUntil(notAfter, nowMs);
  return (
    <>
      <span class={`state ${gradeOf(days)}`}>
        {days < 0 ? 'Expired' : `${count(days)} ${days === 1 ? 'day' : 'days'} left`}
      </span>
      <span class="detail">until {notAfter}</span>
    </>
  );
};

/** The certificates with which listeners end TLS. */
export const Certificates = ({ report: { summary, nowMs } }: { readonly report: LiveReport }) => {
  const { certificates = [] } = summary;
  if (certificates.length === 0) return null;
  return (
    <Section id="certificates" title="Certificates" note={count(certificates.length)}>
      <Table label="Certificates" stacks columns={COLUMNS}>
        {certificates.map(({ name, names, notAfter, usedBy, problem }) => (
          <tr key={name}>
            <th scope="row">
              {clipped(name, 255)}
              {problem !== undefined && <span class="detail bad">{clipped(problem, 1024)}</span>}
            </th>
            <td class="whole">
              <Left notAfter={notAfter} nowMs={nowMs} />
            </td>
            <td data-label="Hosts">{clipped(names.join(', '), 500)}</td>
            <td data-label="Listeners">{clipped(usedBy.join(', '), 500)}</td>
          </tr>
        ))}
      </Table>
    </Section>
  );
};
