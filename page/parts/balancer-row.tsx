import type { FleetCertificate, FleetRow } from '../../report/fleet.ts';
import { clipped, count, duration, perSecond } from '../words/format.ts';
import { ReadyBadge } from './ready-badge.tsx';

const LONGEST_MESSAGE = 180;
/** Older figures are those of a proxy that does not answer. */
const OLD_MS = 90_000;

const certificateText = ({ name, daysLeft, problem }: FleetCertificate): string => {
  if (problem !== undefined) return `Certificate ${name}: ${problem}`;
  if (daysLeft === undefined) return `Certificate ${name}: none in use`;
  if (daysLeft < 0) return `Certificate ${name} has expired`;
  return `Certificate ${name}: ${count(daysLeft)} ${daysLeft === 1 ? 'day' : 'days'} left`;
};

/** What is worth a line of its own, beside the problems, which may be about a certificate already. */
const notesOf = ({ traffic, limiting, certificate, problems }: FleetRow): readonly string[] => [
  ...(certificate === undefined || problems.some(({ reason }) => reason.startsWith('Certificate'))
    ? []
    : [certificateText(certificate)]),
  ...(limiting.length === 0
    ? []
    : [`Limits refuse connections of listener ${clipped(limiting.join(', '), 120)}`]),
  ...(traffic !== undefined && traffic.ageMs > OLD_MS ? [`Figures are ${duration(traffic.ageMs)} old`] : []),
];

/** One balancer in the list of all. */
export const BalancerRow = ({ row, nowMs }: { readonly row: FleetRow; readonly nowMs: number }) => {
  const { namespace, name, since, readyReplicas, wantedReplicas, traffic, capacity, problems, problemCount } =
    row;
  return (
    <tr>
      <th scope="row">
        <a href={`#/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`}>{clipped(name, 253)}</a>
        <span class="detail">{clipped(namespace, 63)}</span>
      </th>
      <td class="whole state-cell">
        <ReadyBadge row={row} />
        {since !== undefined && <span class="since">for {duration(nowMs - Date.parse(since))}</span>}
        {problems.map((one) => (
          <span class="detail" key={`${one.reason} ${one.about}`}>
            <b>{clipped(one.reason, 64)}</b> {one.about !== '' && `${clipped(one.about, 80)}: `}
            {clipped(one.message, LONGEST_MESSAGE)}
          </span>
        ))}
        {problemCount > problems.length && (
          <span class="detail">and {count(problemCount - problems.length)} more</span>
        )}
        {notesOf(row).map((note) => (
          <span class="detail" key={note}>
            {clipped(note, 300)}
          </span>
        ))}
      </td>
      <td class={`number${readyReplicas < wantedReplicas ? ' bad' : ''}`} data-label="Replicas">
        {count(readyReplicas)}/{count(wantedReplicas)}
      </td>
      <td class="number" data-label="Open">
        {traffic === undefined ? '–' : count(traffic.open)}
      </td>
      <td class="number" data-label="New">
        {traffic === undefined || traffic.rate === null ? '–' : perSecond(traffic.rate)}
      </td>
      <td class="number spare" data-label="Capacity">
        {capacity === undefined ? '–' : count(capacity)}
      </td>
    </tr>
  );
};
