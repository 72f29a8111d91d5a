import type { LiveReport } from '../../report/live.ts';
import { clipped, count, daysUntil } from '../words/format.ts';
import { Section } from './section.tsx';
import { type Column, Table } from './table.tsx';

const COLUMNS: readonly Column[] = ['Certificate', 'Valid for', 'Hosts', 'Used by'];

type Certificate = NonNullable<LiveReport['summary']['certificates']>[number];

/** Amber is what the proxy has a finding about: one for a week is always within days of its end. */
const gradeOf = (days: number, warnedFrom: string | undefined, nowMs: number): string => {
  if (days < 0) return 'bad';
  return warnedFrom !== undefined && Date.parse(warnedFrom) < nowMs ? 'fair' : 'good';
};

const usersOf = ({ usedBy, usedByBackends = [] }: Certificate): string =>
  [...usedBy, ...usedByBackends.map((name) => `backend ${name}`)].join(', ');

const Left = ({ of, nowMs }: { readonly of: Certificate; readonly nowMs: number }) => {
  const { notAfter, warnedFrom } = of;
  if (notAfter === undefined) return <span class="state bad">None in use</span>;
  const days = daysUntil(notAfter, nowMs);
  return (
    <>
      <span class={`state ${gradeOf(days, warnedFrom, nowMs)}`}>
        {days < 0 ? 'Expired' : `${count(days)} ${days === 1 ? 'day' : 'days'} left`}
      </span>
      <span class="detail">until {notAfter}</span>
    </>
  );
};

/** The certificates with which listeners end TLS, and those that endpoints are shown. */
export const Certificates = ({ report: { summary, nowMs } }: { readonly report: LiveReport }) => {
  const { certificates = [] } = summary;
  if (certificates.length === 0) return null;
  return (
    <Section id="certificates" title="Certificates" note={count(certificates.length)}>
      <Table label="Certificates" stacks columns={COLUMNS}>
        {certificates.map((one) => (
          <tr key={one.name}>
            <th scope="row">
              {clipped(one.name, 255)}
              {one.problem !== undefined && <span class="detail bad">{clipped(one.problem, 1024)}</span>}
            </th>
            <td class="whole">
              <Left of={one} nowMs={nowMs} />
            </td>
            <td data-label="Hosts">{clipped(one.names.join(', '), 500)}</td>
            <td data-label="Used by">{clipped(usersOf(one), 500)}</td>
          </tr>
        ))}
      </Table>
    </Section>
  );
};
