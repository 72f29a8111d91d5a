import { signal } from '@preact/signals';
import type { FleetBalancer, FleetFigures, FleetHead, FleetOverview } from '../../report/fleet.ts';
import { continued, NO_HISTORY } from './series.ts';
import { chosen, proxies } from './store.ts';

export const overview = signal<FleetOverview | undefined>(undefined);
export const balancer = signal<FleetBalancer | undefined>(undefined);

/** The balancer that is shown, as `namespace/name`; undefined for all of them. */
export const shownKey = signal<string | undefined>(undefined);

/** Why a token is asked for; undefined while none is needed, or the one given is accepted. */
export const tokenAsked = signal<string | undefined>(undefined);

let version: string | undefined;

/** A page of another version may not understand what this operator sends. */
const checkVersion = (head: FleetHead): void => {
  if (version !== undefined && version !== head.version) location.reload();
  version = head.version;
};

export const takeOverview = (given: FleetOverview): void => {
  checkVersion(given.head);
  overview.value = given;
};

export const takeBalancer = (given: FleetBalancer): void => {
  checkVersion(given.head);
  balancer.value = given;
  const pods = new Set(given.replicas.map(({ pod }) => pod));
  const known = [...proxies.value];
  if (chosen.value !== undefined && !pods.has(chosen.value)) chosen.value = undefined;
  if (known.some(([pod]) => !pods.has(pod))) proxies.value = new Map(known.filter(([pod]) => pods.has(pod)));
};

export const takeFigures = ({ pod, report, history }: FleetFigures): void => {
  const before = proxies.value.get(pod)?.history ?? NO_HISTORY;
  proxies.value = new Map(proxies.value).set(pod, { report, history: history ?? continued(before, report) });
};

/** Forgets what was shown of a balancer. */
export const leaveBalancer = (): void => {
  balancer.value = undefined;
  proxies.value = new Map();
};
