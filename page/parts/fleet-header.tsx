import type { FleetHead } from '../../report/fleet.ts';
import { balancer, overview, shownKey, tokenAsked } from '../state/fleet-store.ts';
import { clipped } from '../words/format.ts';
import { Link, Logo, Lost } from './header.tsx';
import { ReadyBadge } from './ready-badge.tsx';

/** What keeps the page from showing all that there is. */
const Notices = ({ head }: { readonly head: FleetHead }) => (
  <>
    {head.problems.map((problem) => (
      <p key={problem} class="notice bad">
        The operator may not know what there is now: {clipped(problem, 500)}
      </p>
    ))}
    {!head.isLeader && (
      <p class="notice fair">
        {clipped(head.operator, 80)} is on standby and asks no proxy for its figures: states are as the leader
        has written them, and a balancer’s own page is live.{' '}
        {head.leader === undefined
          ? 'No leader is known.'
          : `The leader is ${clipped(head.leader, 80)}; kubectl l4b dashboard opens its page.`}
      </p>
    )}
  </>
);

const Facts = ({ head }: { readonly head: FleetHead }) => (
  <dl class="facts">
    <div>
      <dt>Operator</dt>
      <dd>
        {clipped(head.operator, 80)}, {head.isLeader ? 'leader' : 'standby'}
      </dd>
    </div>
    <div>
      <dt>Namespaces</dt>
      <dd>
        {head.namespaces.length === 0 ? 'all' : clipped(head.namespaces.join(', '), 300)}
        {!head.seesAll && ', of which you may see some'}
      </dd>
    </div>
    <div>
      <dt>Version</dt>
      <dd>{clipped(head.version, 40)}</dd>
    </div>
  </dl>
);

/** What is looked at, and who answers. */
export const FleetHeader = () => {
  const key = shownKey.value;
  const head = (key === undefined ? overview.value : balancer.value)?.head;
  const row = key === undefined ? undefined : balancer.value?.row;
  const isAsked = tokenAsked.value !== undefined;
  return (
    <header>
      <div class="title">
        <Logo />
        {key !== undefined && !isAsked && (
          <a class="back" href="#/">
            All balancers
          </a>
        )}
        <h1>{key === undefined || isAsked ? 'L4Balancers' : clipped(key, 120)}</h1>
        {row !== undefined && !isAsked && <ReadyBadge row={row} />}
        {!isAsked && <Link />}
      </div>
      <Lost />
      {head !== undefined && !isAsked && (
        <>
          <Notices head={head} />
          <Facts head={head} />
        </>
      )}
    </header>
  );
};
