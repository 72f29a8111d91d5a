import type { Balancer } from '../cluster/balancers.ts';
import type { Happened } from '../cluster/events.ts';
import type { Picture } from '../picture/picture.ts';
import type { About } from './commands.ts';
import { fromEvents } from './from-events.ts';
import { fromProxies } from './from-proxies.ts';
import { fromStatus } from './from-status.ts';
import { merged, type Problem } from './problem.ts';

/** Everything that is known of a balancer. */
export interface Facts {
  readonly balancer: Balancer;
  readonly picture: Picture;
  /** Warnings about the resource and its pods, the latest first. */
  readonly events: readonly Happened[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What is wrong, first things first. */
export const problemsOf = ({ balancer, picture, events, now }: Facts): readonly Problem[] => {
  const about: About = {
    namespace: picture.namespace,
    name: picture.name,
    selector: balancer.status?.selector ?? '',
    services: [...new Set(balancer.spec?.backends?.flatMap(({ service }) => service?.name ?? []) ?? [])],
  };
  const found = [...fromStatus(picture, about), ...fromProxies(picture, about)];
  const said = new Set(found.map(({ reason }) => reason));
  return merged([...found, ...fromEvents(events, said, about, now)]);
};
