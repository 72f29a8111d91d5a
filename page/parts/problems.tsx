import type { FleetProblem } from '../../report/fleet.ts';
import { clipped } from '../words/format.ts';

/** What is wrong according to the status of a balancer, each with what to do. */
export const Problems = ({ problems }: { readonly problems: readonly FleetProblem[] }) => (
  <ul class="findings">
    {problems.map(({ reason, about, message, whatToDo, isBlocking }) => (
      <li key={`${reason} ${about} ${message}`}>
        <span>
          <strong class={isBlocking ? 'bad-text' : ''}>{clipped(reason, 64)}</strong>
        </span>
        <span class="message">{clipped(message)}</span>
        <span class="where">
          {clipped(about, 300)}
          {about !== '' && whatToDo !== '' && ' · '}
          {clipped(whatToDo, 600)}
        </span>
      </li>
    ))}
  </ul>
);
