import type { Condition } from '../../crds/status.ts';
import type { DefinitionSkew } from '../objects/definition-skew.ts';
import type { Inspector } from '../proxy-reports/inspector.ts';
import { targetsOf } from '../proxy-reports/targets.ts';
import type { Gate } from '../rollout/gate.ts';
import { withheldShares } from '../shares/find-withheld.ts';
import { planLimits, replicasWithoutPod } from '../shares/plan-limits.ts';
import { nextDayMs } from '../status/certificates.ts';
import { statusOf } from '../status/status.ts';
import type { KubeEvent } from '../telemetry/event-manifest.ts';
import type { ReplicaCounts } from '../telemetry/replica-metrics.ts';
import type { Applied } from './apply-children.ts';
import { type AppliedPlan, type ApplyPlanDeps, applyPlan } from './apply-plan.ts';
import { type Gathered, gather } from './gather.ts';
import type { HistoryTracker } from './history-tracker.ts';
import { beganLimiting, certificateEvents, servedEvent, warningEvents } from './kube-events.ts';
import type { Outcome, RequeueReason } from './outcome.ts';
import { goneReplicas, recordedLimits } from './recorded-limits.ts';
import type { WithheldTracker } from './withheld-tracker.ts';
import { writeFailure } from './write-failure.ts';
import {
  latestRoot,
  previousConditions,
  previousStatus,
  type StatusDeps,
  type StatusResult,
  writeStatus,
} from './write-status.ts';

export interface ReconcileDeps extends ApplyPlanDeps, StatusDeps {
  readonly writer: ApplyPlanDeps['writer'] & StatusDeps['writer'];
  readonly inspector: Pick<Inspector, 'follow' | 'readings'>;
  readonly definition: () => DefinitionSkew | undefined;
  readonly withheldTracker: WithheldTracker;
  readonly historyTracker: HistoryTracker;
  /** RFC 3339, in whole seconds. */
  readonly wallTime: () => string;
  /** Called with what was done, for events and the log. */
  readonly onApplied: (gathered: Gathered, applied: Applied) => void;
  /** Called at each reconcile with how far the rollout of a resource may go. */
  readonly onGate: (key: string, gate: Gate['kind']) => void;
  readonly onTransition: (gathered: Gathered, ready: Condition) => void;
  /** Called at each reconcile with what is known of the replicas of a resource; zeros when it is gone. */
  readonly onReplicas: (key: string, counts: ReplicaCounts) => void;
  /** Called with the listeners that have begun to refuse clients because of limits. */
  readonly onLimiting: (gathered: Gathered, listeners: readonly string[]) => void;
  /** Called with what else is new in the status. */
  readonly onChanged: (gathered: Gathered, events: readonly KubeEvent[]) => void;
}

/** The removal of an object that blocks a child causes no event, so it has to be polled. */
const NAME_TAKEN_MS = 30_000;
const BEING_DELETED_MS = 5_000;

/**
 * Brings one resource's children and status in line with its spec: gather, decide, act. Never throws for what
 * the API server may cause.
 */
export const reconcile = async (key: string, deps: ReconcileDeps): Promise<Outcome> => {
  const gathered = gather(key, deps.collections, deps.writeCache, deps.now());
  if (gathered === undefined) {
    deps.writeCache.forgetAll(`${key} `);
    deps.contestTracker.forgetAll(`${key} `);
    deps.onGate(key, 'Open');
    deps.inspector.follow(key, []);
    deps.withheldTracker.forget(key);
    deps.onReplicas(key, { unread: 0, withholding: 0 });
    deps.historyTracker.forget(key);
    return { kind: 'Done' };
  }
  // The garbage collector removes the children; writes would only interfere.
  if (gathered.root.metadata.deletionTimestamp !== undefined) return { kind: 'Done' };

  try {
    const done = await applyGathered(key, gathered, deps);
    deps.onGate(key, done?.gate.kind ?? 'Open');
    if (done !== undefined) deps.onApplied(gathered, done.applied);
    // The responses to the writes are newer than what was gathered.
    const after = gather(key, deps.collections, deps.writeCache, deps.now(), gathered) ?? gathered;
    const reported = await report(key, after, done, deps);
    return outcomeOf(done, reported, deps.contestTracker.overInMs(`${key} `, deps.now()));
  } catch (error) {
    const failure = writeFailure(error);
    switch (failure.kind) {
      case 'Failed':
        return { kind: 'Retry', error: failure.error };
      case 'NamespaceTerminating':
        return { kind: 'Done' };
      case 'Refused':
        // The status cannot report it, so the log and the metrics do.
        return { kind: 'Retry', error: error as Error };
      default:
        return failure satisfies never;
    }
  }
};

const applyGathered = async (
  key: string,
  gathered: Gathered,
  deps: ReconcileDeps,
): Promise<AppliedPlan | undefined> => {
  const { balancer, root } = gathered;
  if (balancer === undefined || balancer.spec.paused) return undefined;
  const { name, namespace = '', uid = '' } = root.metadata;
  return applyPlan(key, gathered, { name, namespace, uid, spec: balancer.spec }, deps);
};

interface Reported {
  readonly written: StatusResult;
  /** Milliseconds until something has been withheld for long; undefined if nothing will have been. */
  readonly withheldMs: number | undefined;
  /** Milliseconds until a certificate has a day less; undefined if none has any left. */
  readonly nextDayMs: number | undefined;
}

const report = async (
  key: string,
  gathered: Gathered,
  done: AppliedPlan | undefined,
  deps: ReconcileDeps,
): Promise<Reported> => {
  const { generation, spec } = gathered.observed;
  const pods = [...gathered.observed.pods, ...gathered.otherPods];
  const latest = () => latestRoot(key, gathered.root, deps.writeCache, deps.now());
  const gone = await goneReplicas(
    replicasWithoutPod(recordedLimits(latest()), pods),
    gathered.root,
    deps.read,
  );
  // What is planned from here on is written to this version of the resource, or not at all.
  const root = latest();
  const recorded = recordedLimits(root);
  const missing = replicasWithoutPod(recorded, pods).filter((replica) => !gone.has(replica));
  const previous = previousConditions(key, gathered.root, deps.writeCache, deps.now());
  // First, so that the readings include pods that have not been polled yet.
  deps.inspector.follow(key, targetsOf(gathered.observed, recorded));
  const readings = deps.inspector.readings(key);
  const limits = planLimits({ spec, generation, before: recorded, pods, missing, readings });
  const time = deps.wallTime();
  const withheld = deps.withheldTracker.observe(
    key,
    withheldShares(limits ?? [], pods, readings),
    Date.parse(time),
  );
  deps.onReplicas(key, {
    unread: readings.filter(({ kind }) => kind === 'Failed').length,
    withholding: new Set(withheld.forLong.map(({ replica }) => replica)).size,
  });
  const observed = {
    ...gathered.observed,
    problems: done?.applied.problems ?? [],
    unfinished: done?.applied.unfinished ?? [],
    gate: done?.gate ?? { kind: 'Open' as const },
    readings,
    limits,
    withheld: withheld.forLong,
    before: previousStatus(key, gathered.root, deps.writeCache, deps.now()),
    rendering: done?.rendering ?? gathered.observed.rendering,
    unknownRevision: done?.unknownRevision,
    hasPodMonitors: deps.serves('PodMonitor'),
    contests: deps.contestTracker.of(`${key} `, deps.now()),
    definition: deps.definition(),
    identity: deps.identity,
  };
  const history = deps.historyTracker.next(key, gathered.root, observed, time);
  const status = statusOf({ ...observed, history: history.entries }, previous, time);
  const result = await writeStatus(key, gathered.root, status, deps, root);
  if (result.kind === 'Written' || result.kind === 'Unchanged')
    deps.historyTracker.keep(key, gathered.root, history);
  if (result.kind === 'Written') deps.inspector.follow(key, targetsOf(gathered.observed, limits));
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const before = previous.find(({ type }) => type === 'Ready');
  if (result.kind === 'Written' && ready !== undefined && ready.reason !== before?.reason)
    deps.onTransition(gathered, ready);
  const limiting = result.kind === 'Written' ? beganLimiting(observed.before, status) : [];
  if (limiting.length > 0) deps.onLimiting(gathered, limiting);
  if (result.kind === 'Written')
    deps.onChanged(gathered, [
      ...(history.news === undefined ? [] : [servedEvent(history.news)]),
      ...warningEvents(previous, status.conditions),
      ...certificateEvents(observed.before, status),
    ]);
  return {
    written: result,
    withheldMs: withheld.nextMs,
    nextDayMs: nextDayMs(status.certificates ?? [], Date.parse(time)),
  };
};

/** The earliest of what is due; a failure has its own backoff. */
const outcomeOf = (
  done: AppliedPlan | undefined,
  reported: Reported,
  contestsOverInMs: number | undefined,
): Outcome => {
  const applied = done?.applied;
  const [error] = applied?.errors ?? [];
  if (error !== undefined) return { kind: 'Retry', error };
  const soonest = dueLater(done, reported, contestsOverInMs).sort((a, b) => a.afterMs - b.afterMs)[0];
  const refusedMs = applied?.retryRefusedMs;
  if (applied !== undefined && refusedMs !== undefined)
    return {
      kind: 'Refused',
      afterMs: Math.min(refusedMs, soonest?.afterMs ?? refusedMs),
      what: applied.problems.map(({ kind, message }) => `${kind}: ${message}`),
    };
  return soonest === undefined ? { kind: 'Done' } : { kind: 'Requeue', ...soonest };
};

interface Due {
  readonly afterMs: number;
  readonly why: RequeueReason;
}

const dueLater = (
  done: AppliedPlan | undefined,
  { written, withheldMs, nextDayMs: dayMs }: Reported,
  contestsOverInMs: number | undefined,
): Due[] => {
  const applied = done?.applied;
  const isTaken = applied?.problems.some(({ cause }) => cause === 'NameTaken');
  const due: readonly (readonly [RequeueReason, number | undefined])[] = [
    ['StatusPaced', written.kind === 'Paced' ? written.afterMs : undefined],
    ['Contested', written.kind === 'Contested' ? written.waitMs : undefined],
    ['Preflight', done?.probesAfterMs],
    ['BeingDeleted', applied?.isWaiting ? BEING_DELETED_MS : undefined],
    ['Contested', applied?.contestedMs],
    ['NameTaken', isTaken ? NAME_TAKEN_MS : undefined],
    // The warning about a contest is withdrawn when it is over.
    ['Contested', contestsOverInMs],
    ['ShareWithheld', withheldMs],
    ['CertificateAges', dayMs],
    ['TicketKeys', done?.ticketsAfterMs],
  ];
  return due.flatMap(([why, afterMs]) => (afterMs === undefined ? [] : [{ why, afterMs }]));
};
