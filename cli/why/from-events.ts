import { KIND } from '../../crds/resource-type.ts';
import type { Happened } from '../cluster/events.ts';
import { ageOf, counted } from '../print/units.ts';
import { isStatusReason } from './catalogue.ts';
import type { About } from './commands.ts';
import type { Problem } from './problem.ts';

/** Older ones say nothing about now. */
const RECENT_MS = 15 * 60_000;
const MOST = 3;

/** What the operator said of the resource, and its status does not say any more. */
const hasPassed = ({ reason, about }: Happened): boolean =>
  about.startsWith(`${KIND} `) && isStatusReason(reason);

/** Recent warnings about the resource and its pods whose reason nothing else has said. */
export const fromEvents = (
  events: readonly Happened[],
  said: ReadonlySet<string>,
  about: About,
  now: number,
): readonly Problem[] =>
  events
    .filter(({ reason, lastAt }) => !said.has(reason) && now - Date.parse(lastAt) < RECENT_MS)
    .filter((event) => !hasPassed(event))
    .slice(0, MOST)
    .map(({ reason, note, about: object, lastAt, times }) => ({
      weight: 'Warns',
      reason,
      what: [
        `${object}, ${ageOf(lastAt, now)} ago${times > 1 ? `, ${counted(times, 'time')}` : ''}: ${note}`,
      ],
      remedy: 'Follow the message of this event.',
      commands: [`kubectl -n ${about.namespace} describe l4b ${about.name}`],
    }));
