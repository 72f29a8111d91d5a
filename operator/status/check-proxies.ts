import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { backendsOfListener } from '../../crds/listener-backends.ts';
import type { Condition } from '../../crds/status.ts';
import { type BlockingReason, isBlocking } from '../../report/reasons/finding-reasons.ts';
import type { Verdict } from '../../report/reasons/reasons.ts';
import { listed, plural } from '../text/lists-and-counts.ts';
import { bySeverity, findingsOf, type ProxyFinding, withReplicas } from './findings.ts';
import { worstBackends } from './listeners.ts';
import { hasReported, type Reading, reportOf } from './reading.ts';

/** Reasons that concern a whole proxy. */
const OF_PROXY: ReadonlySet<string> = new Set(['SpecRefused', 'NotFollowing']);
/** Reasons for which a listener is not open. */
const OF_LISTENER: ReadonlySet<string> = new Set(['PortTaken', 'ListenerNotOpened']);
/** Number of distinct causes that a message lists. */
const SHOWN = 5;

interface Cause {
  readonly finding: ProxyFinding;
  readonly listeners: readonly string[];
}

/**
 * Reports why the proxies do not serve what the spec requests. The rule: every replica follows its resource,
 * every listener is open in every replica, and in every replica each backend of each listener has an endpoint
 * that accepts connections (unless readiness.requireEndpoints is false). For a replica that cannot be
 * reached, its last report counts.
 */
export const checkProxies = (spec: L4BalancerSpec, readings: readonly Reading[]): Verdict | undefined => {
  const found = findingsOf(spec, readings);
  const causes = [
    ...found
      .filter(({ reason }) => OF_PROXY.has(reason))
      .map((finding): Cause => ({ finding, listeners: [] })),
    ...listenerCauses(spec, readings, found),
  ];
  return verdictOf(causes, readings);
};

/**
 * Reports replicas that no longer follow their resource and serve the last configuration they knew. It
 * applies during a rollout as well, to replicas of any revision.
 */
export const checkNotFollowing = (
  spec: L4BalancerSpec,
  readings: readonly Reading[],
): Verdict | undefined => {
  const found = findingsOf(spec, readings).filter(({ reason }) => reason === 'NotFollowing');
  return verdictOf(
    found.map((finding) => ({ finding, listeners: [] })),
    readings,
  );
};

const verdictOf = (all: readonly Cause[], readings: readonly Reading[]): Verdict | undefined => {
  const causes = [...all].sort((a, b) => bySeverity(a.finding, b.finding));
  const [first] = causes;
  if (first === undefined || !isBlocking(first.finding.reason)) return undefined;
  const of = readings.filter((one) => reportOf(one) !== undefined).length;
  const more = causes.length - SHOWN;
  return {
    reason: first.finding.reason,
    message: [
      ...causes.slice(0, SHOWN).map(({ finding, listeners }) => {
        const subject =
          listeners.length === 0 ? '' : `${plural(listeners.length, 'Listener')} ${listed(listeners)}: `;
        return `${subject}${withReplicas(finding, of)}`;
      }),
      ...(more > 0
        ? [
            `There ${plural(more, 'is', 'are')} ${more} more ${plural(more, 'problem')}: see status.listeners and status.backends.`,
          ]
        : []),
    ].join(' '),
  };
};

/** Each cause together with the listeners that do not serve because of it. */
const listenerCauses = (
  spec: L4BalancerSpec,
  readings: readonly Reading[],
  found: readonly ProxyFinding[],
): readonly Cause[] => {
  const serving = readings.filter(({ isReady }) => isReady).flatMap((one) => reportOf(one) ?? []);
  const worst = worstBackends(readings);
  const causes = new Map<ProxyFinding, string[]>();
  for (const listener of spec.listeners) {
    const { name } = listener;
    const own = found.filter((one) => one.listener === name);
    const isOmitted = serving.some(({ listeners }) => !listeners.includes(name));
    const empty = spec.readiness.requireEndpoints
      ? backendsOfListener(listener).find((backend) => worst.get(backend)?.ready === 0)
      : undefined;
    const finding =
      own.find(({ reason }) => OF_LISTENER.has(reason)) ??
      (isOmitted
        ? (own[0] ?? general('ListenerNotOpened', 'A proxy does not serve it and reports no reason.'))
        : undefined) ??
      (empty === undefined ? undefined : causeOfEmptyBackend(empty, found));
    if (finding !== undefined) causes.set(finding, [...(causes.get(finding) ?? []), name]);
  }
  return [...causes].map(([finding, listeners]) => ({ finding, listeners }));
};

const general = (reason: BlockingReason, message: string, backend?: string): ProxyFinding => ({
  reason,
  message,
  replicas: Number.POSITIVE_INFINITY,
  listener: undefined,
  backend,
});

/** The worst finding about the backend; proxies of older versions report it without a reason. */
const causeOfEmptyBackend = (backend: string, found: readonly ProxyFinding[]): ProxyFinding => {
  const own = found.filter((one) => one.backend === backend);
  const known = own.find(({ reason }) => isBlocking(reason));
  const [first] = own;
  return (
    known ??
    general(
      'NoEndpoints',
      first?.message ?? `Backend "${backend}" has no endpoint that accepts connections.`,
      backend,
    )
  );
};

/**
 * Reasons that are kept until a proxy has reported: an operator that has just started must not retract what
 * the previous one knew.
 */
const isKept = (reason: string): reason is 'Available' | BlockingReason =>
  reason === 'Available' || isBlocking(reason);

/**
 * The verdict while a replica has not reported on this generation of the spec: the previous verdict on the
 * same generation, if there is one. Otherwise Ready would become True, and those who wait for it would
 * continue, before it is known that the proxies serve.
 */
export const checkReported = (
  readings: readonly Reading[],
  generation: number,
  previous: readonly Condition[],
): Verdict | undefined => {
  const serving = readings.filter(({ isReady }) => isReady);
  const silent = serving.filter((one) => !hasReported(one, generation)).length;
  if (silent === 0) return undefined;
  const before = previous.find(({ type }) => type === 'Ready');
  if (before !== undefined && before.observedGeneration === generation && isKept(before.reason))
    return before.reason === 'Available' ? undefined : { reason: before.reason, message: before.message };
  return {
    reason: 'Progressing',
    message: `${silent} of ${serving.length} ${plural(serving.length, 'replica')} ${plural(silent, 'has', 'have')} not reported on this spec yet.`,
  };
};
