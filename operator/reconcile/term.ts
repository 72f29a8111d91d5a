import { randomBytes } from 'node:crypto';
import type { Writer } from '../../kube/apply.ts';
import type { Clock } from '../../kube/clock.ts';
import type { KubeObject } from '../../kube/object.ts';
import { objectPath } from '../../kube/paths.ts';
import type { Transport } from '../../kube/transport.ts';
import type { Logger } from '../../program/log.ts';
import type { RenderSettings } from '../desired/pod/render-settings.ts';
import type { DefinitionSkew } from '../objects/definition-skew.ts';
import { createInspector } from '../proxy-reports/inspector.ts';
import type { Outage } from '../proxy-reports/outage.ts';
import { readReport } from '../proxy-reports/read-report.ts';
import { createBackoffs } from '../queue/backoffs.ts';
import type { Priority } from '../queue/priority.ts';
import { createQueue } from '../queue/queue.ts';
import { runWorkers } from '../queue/workers.ts';
import { createProbeResults } from '../rollout/probe-results.ts';
import { isOfStorm } from '../rollout/spent-pods.ts';
import type { Reading } from '../status/reading.ts';
import type { ControllerMetrics } from '../telemetry/controller-metrics.ts';
import type { Recorder } from '../telemetry/recorder.ts';
import type { ReplicaMetrics } from '../telemetry/replica-metrics.ts';
import type { ClusterCache } from '../watch/cluster-cache.ts';
import { ROOT, type WatchedKind } from '../watch/kinds.ts';
import { rootKey } from '../watch/root-key.ts';
import { createContestTracker } from './contest-tracker.ts';
import { writeName } from './gather.ts';
import { handleOutcome } from './handle-outcome.ts';
import { createHistoryTracker } from './history-tracker.ts';
import { appliedEvents, givenUpEvent, limitingEvent, transitionEvent } from './kube-events.ts';
import { type ReconcileDeps, reconcile } from './reconcile.ts';
import { createWithheldTracker } from './withheld-tracker.ts';
import { createWriteCache } from './write-cache.ts';

/** What does not change from one term to the next. */
export interface TermOptions {
  readonly render: () => RenderSettings;
  /** How the cluster's definition differs from the operator's own; undefined until it has been read. */
  readonly definition: () => DefinitionSkew | undefined;
  /** The operator's name in managedFields. */
  readonly fieldManager: string;
  /** Whether a person looks at the figures of all proxies. */
  readonly isWatched: () => boolean;
  /** Identifies this operator to people, and to another operator that writes to the same objects. */
  readonly identity: string;
  /** Tracks whether the API server is unavailable to everybody. */
  readonly outage: Outage;
  readonly workers: number;
  readonly metrics: ControllerMetrics;
  readonly replicaMetrics: ReplicaMetrics;
  readonly log: Logger;
  readonly clock: Clock;
  readonly wallClock: () => Date;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** How a term reaches the API server. */
export interface TermAccess {
  readonly transport: Transport;
  readonly writer: Writer;
  /** Writes under its own field manager, besides the operator's. */
  readonly handOverWriter: Writer;
  /** The same, for the keys of session tickets. */
  readonly ticketWriter: Writer;
  readonly recorder: Recorder;
}

/**
 * A period in which this process reconciles. The write cache ends with it, since another leader may write
 * before the next term.
 */
export interface ReconcileTerm {
  /** The last readings of the proxies of a resource. */
  readings(key: string): readonly Reading[];
  /** Reads all proxies soon. */
  readSoon(): void;
  changed(kind: WatchedKind, object: KubeObject, isGone: boolean): void;
  /**
   * A node was added, removed, or changed in a way that concerns its kubelet: resources that wait for this
   * are reconciled again.
   */
  nodesChanged(): void;
  /** Reconciles everything again. */
  addAll(): void;
  /** Starts nothing new, and resolves when the work in progress is finished. */
  stop(): Promise<void>;
}

const BACKOFF = { firstMs: 250, longestMs: 60_000 };
/**
 * Events of children come in bursts: a rollout causes a dozen. One reconcile at the end of a burst is enough.
 */
const BURST_MS = 50;
/** Everything is reconciled again this often, from the caches: a safety net for missed events. */
const RESYNC_MS = 10 * 60_000;

/**
 * Starts to reconcile every resource of the listed namespaces; others follow when they are listed and
 * `addAll` is called.
 */
export const startTerm = (
  cache: ClusterCache,
  { transport, writer, handOverWriter, ticketWriter, recorder }: TermAccess,
  options: TermOptions,
  onFailed: (error: unknown) => void,
): ReconcileTerm => {
  const { log, clock, metrics } = options;
  const queue = createQueue(clock, metrics.queue);
  const writeCache = createWriteCache();
  const stopping = new AbortController();
  /** Keys of resources whose rollout waits for a probe, or for a change by somebody. */
  const gated = new Set<string>();
  /** The last seen generation of each resource: a new one means a change by the user. */
  const generations = new Map<string, string>();

  const inspector = createInspector({
    read: async (...to) => options.outage.explain(await readReport(...to)),
    clock,
    random: options.random,
    isWatched: options.isWatched,
    onChange: (key) => queue.add(key),
  });

  const deps: ReconcileDeps = {
    collections: cache.collections,
    writer,
    handOverWriter,
    ticketWriter,
    randomBytes,
    fieldManager: options.fieldManager,
    identity: options.identity,
    contestTracker: createContestTracker(),
    withheldTracker: createWithheldTracker(),
    historyTracker: createHistoryTracker(),
    serves: (kind) => cache.serves(kind),
    read: (ref) => transport.request({ method: 'GET', path: objectPath(ref) }) as Promise<KubeObject>,
    writeCache,
    render: options.render,
    definition: options.definition,
    now: clock.now,
    nodes: () => (cache.serves('Node') ? [...cache.collections.Node.values()] : undefined),
    probeResults: createProbeResults(),
    inspector,
    onPreflightGivenUp(root, waiting) {
      const { pool, why } = waiting;
      recorder.record(root, givenUpEvent(waiting));
      log.warn({ key: keyOfRoot(root), nodes: pool.nodes, why }, 'preflight given up, rollout begins');
    },
    onGate(key, gate) {
      if (gate === 'Open') gated.delete(key);
      else gated.add(key);
    },
    wallTime: () =>
      options
        .wallClock()
        .toISOString()
        .replace(/\.\d+Z$/, 'Z'),
    onApplied({ root }, applied) {
      for (const { kind } of applied.repaired) metrics.repaired(kind);
      for (const event of appliedEvents(applied)) {
        recorder.record(root, event);
        log.info({ key: keyOfRoot(root), done: event.reason, note: event.note }, 'children changed');
      }
    },
    onTransition({ root }, ready) {
      recorder.record(root, transitionEvent(ready));
      log.info({ key: keyOfRoot(root), reason: ready.reason, message: ready.message }, 'status changed');
    },
    onReplicas: (key, counts) => options.replicaMetrics.set(key, counts),
    onLimiting({ root }, listeners) {
      recorder.record(root, limitingEvent(listeners));
      log.info({ key: keyOfRoot(root), listeners }, 'limits refuse clients');
    },
    onChanged({ root }, events) {
      for (const event of events) {
        recorder.record(root, event);
        log.info({ key: keyOfRoot(root), event: event.reason, note: event.note }, 'noted in events');
      }
    },
  };
  const outcomeDeps = {
    queue,
    backoffs: createBackoffs(BACKOFF, options.random),
    refusals: new Map<string, string>(),
    metrics,
    log,
  };

  const work = async (key: string): Promise<void> => {
    const end = metrics.working();
    try {
      handleOutcome(key, await reconcile(key, deps), outcomeDeps);
    } finally {
      end();
    }
  };

  const priorityOf = (key: string, root: KubeObject, isGone: boolean): Priority => {
    const generation = isGone ? 'gone' : `${root.metadata.uid} ${root.metadata.generation}`;
    const isChanged = generations.get(key) !== generation;
    if (isGone) generations.delete(key);
    else generations.set(key, generation);
    return isChanged ? 'Changed' : 'Routine';
  };

  const addAll = (): void => {
    for (const root of cache.collections[ROOT].values()) {
      if (!cache.isSynced(root.metadata.namespace ?? '')) continue;
      const key = keyOfRoot(root);
      if (!generations.has(key)) priorityOf(key, root, false);
      queue.add(key);
    }
  };

  const resync = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(RESYNC_MS, stopping.signal);
      if (stopping.signal.aborted) return;
      addAll();
    }
  };

  addAll();
  const working = runWorkers(queue, options.workers, work);
  working.catch(onFailed);
  void resync();

  return {
    readings: inspector.readings,
    readSoon: inspector.readSoon,
    changed(kind, object, isGone) {
      // A child that is not listed yet would seem to be missing.
      if (!cache.isSynced(object.metadata.namespace ?? '')) return;
      const key = rootKey(kind, object, cache.collections);
      if (key === undefined) return;
      if (isGone)
        for (const suffix of ['', '-udp'] as const)
          writeCache.forget(writeName(key, kind, suffix), object.metadata.uid);
      if (kind === ROOT) queue.add(key, priorityOf(key, object, isGone));
      // Every delay creates one more of them.
      else if (kind === 'Pod' && isOfStorm(object)) queue.add(key, 'Changed');
      else queue.addAfter(key, BURST_MS);
    },
    nodesChanged() {
      for (const key of gated) queue.addAfter(key, BURST_MS);
    },
    addAll,
    async stop() {
      stopping.abort();
      inspector.stop();
      queue.stop();
      await working;
      options.replicaMetrics.clear();
      await recorder.idle();
    },
  };
};

const keyOfRoot = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;
