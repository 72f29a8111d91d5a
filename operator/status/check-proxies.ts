import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Condition } from '../../crds/status.ts';
import { listed, plural } from '../text/lists-and-counts.ts';
import { type BlockingReason, isBlocking } from './finding-reasons.ts';
import { bySeverity, findingsOf, type Said, withReplicas } from './findings.ts';
import { worstBackends } from './listeners.ts';
import { hasHeard, type Reading, reportOf } from './reading.ts';
import type { Verdict } from './reasons.ts';

/** Why the whole of a proxy is not as the spec asks for. */
const OF_PROXY: ReadonlySet<string> = new Set(['SpecRefused', 'NotFollowing']);
/** Why a listener is not open. */
const OF_LISTENER: ReadonlySet<string> = new Set(['PortTaken', 'ListenerNotOpened']);
/** Different causes that a message names. */
const SHOWN = 5;

interface Cause {
  readonly said: Said;
  readonly listeners: readonly string[];
}

/**
 * Says why the proxies do not serve what the spec asks for. The rule: every replica follows its resource, every listener is open in every
 * replica, and its backend has an endpoint that takes connections in every replica (unless readiness.requireEndpoints is false). A replica that
 * cannot be asked counts as it was when it could.
 */
export const checkProxies = (spec: L4BalancerSpec, readings: readonly Reading[]): Verdict | undefined => {
  const found = findingsOf(spec, readings);
  const causes = [
    ...found.filter(({ reason }) => OF_PROXY.has(reason)).map((said): Cause => ({ said, listeners: [] })),
    ...ofListeners(spec, readings, found),
  ];
  return verdictOf(causes, readings);
};

/** Says that replicas serve what they knew last: true in a rollout as well, of whatever revision they are. */
export const checkBlind = (spec: L4BalancerSpec, readings: readonly Reading[]): Verdict | undefined => {
  const found = findingsOf(spec, readings).filter(({ reason }) => reason === 'NotFollowing');
  return verdictOf(
    found.map((said) => ({ said, listeners: [] })),
    readings,
  );
};

const verdictOf = (all: readonly Cause[], readings: readonly Reading[]): Verdict | undefined => {
  const causes = [...all].sort((a, b) => bySeverity(a.said, b.said));
  const [first] = causes;
  if (first === undefined || !isBlocking(first.said.reason)) return undefined;
  const of = readings.filter((one) => reportOf(one) !== undefined).length;
  const more = causes.length - SHOWN;
  return {
    reason: first.said.reason,
    message: [
      ...causes.slice(0, SHOWN).map(({ said, listeners }) => {
        const what =
          listeners.length === 0 ? '' : `${plural(listeners.length, 'Listener')} ${listed(listeners)}: `;
        return `${what}${withReplicas(said, of)}`;
      }),
      ...(more > 0
        ? [`There are ${more} more of such problems: see status.listeners and status.backends.`]
        : []),
    ].join(' '),
  };
};

/** Each cause with the listeners that it keeps from serving. */
const ofListeners = (
  spec: L4BalancerSpec,
  readings: readonly Reading[],
  found: readonly Said[],
): readonly Cause[] => {
  const serving = readings.filter(({ isReady }) => isReady).flatMap((one) => reportOf(one) ?? []);
  const worst = worstBackends(readings);
  const causes = new Map<Said, string[]>();
  for (const { name, backend } of spec.listeners) {
    const own = found.filter(({ listener }) => listener === name);
    const isLeftOut = serving.some(({ listeners }) => !listeners.includes(name));
    const isEmpty = spec.readiness.requireEndpoints && worst.get(backend)?.ready === 0;
    const said =
      own.find(({ reason }) => OF_LISTENER.has(reason)) ??
      (isLeftOut
        ? (own[0] ?? general('ListenerNotOpened', 'A proxy does not serve it, and says no reason.'))
        : undefined) ??
      (isEmpty ? whyEmpty(backend, found) : undefined);
    if (said !== undefined) causes.set(said, [...(causes.get(said) ?? []), name]);
  }
  return [...causes].map(([said, listeners]) => ({ said, listeners }));
};

const general = (reason: BlockingReason, message: string, backend?: string): Said => ({
  reason,
  message,
  replicas: Number.POSITIVE_INFINITY,
  listener: undefined,
  backend,
});

/** The worst that is said of the backend; proxies of older versions say it without a reason. */
const whyEmpty = (backend: string, found: readonly Said[]): Said => {
  const own = found.filter((one) => one.backend === backend);
  const known = own.find(({ reason }) => isBlocking(reason));
  const [told] = own;
  return (
    known ??
    general(
      'NoEndpoints',
      told?.message ?? `Backend "${backend}" has no endpoint that takes connections.`,
      backend,
    )
  );
};

/** Reasons that stand until somebody has been heard: an operator that has just started does not take back what the one before it knew. */
const stands = (reason: string): reason is 'Available' | BlockingReason =>
  reason === 'Available' || isBlocking(reason);

/**
 * What to say while a replica has not said yet what it makes of this generation: what was said of the generation before, if anything was.
 * Who waits for it shall not be told that it is done, and find out a moment later that nobody is served.
 */
export const checkHeard = (
  readings: readonly Reading[],
  generation: number,
  previous: readonly Condition[],
): Verdict | undefined => {
  const serving = readings.filter(({ isReady }) => isReady);
  const silent = serving.filter((one) => !hasHeard(one, generation)).length;
  if (silent === 0) return undefined;
  const before = previous.find(({ type }) => type === 'Ready');
  if (before !== undefined && before.observedGeneration === generation && stands(before.reason))
    return before.reason === 'Available' ? undefined : { reason: before.reason, message: before.message };
  return {
    reason: 'Progressing',
    message: `${silent} of ${serving.length} ${plural(serving.length, 'replica')} ${plural(silent, 'has', 'have')} not said yet what ${plural(silent, 'it makes', 'they make')} of this spec.`,
  };
};
