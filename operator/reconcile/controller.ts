import type { Writer } from '../../kube/apply.ts';
import type { Clock } from '../../kube/clock.ts';
import type { KubeObject } from '../../kube/object.ts';
import { objectPath } from '../../kube/paths.ts';
import type { Transport } from '../../kube/transport.ts';
import type { ImageSettings } from '../desired/render.ts';
import { createBackoffs } from '../queue/backoffs.ts';
import { createQueue } from '../queue/queue.ts';
import { runWorkers } from '../queue/workers.ts';
import type { ControllerMetrics } from '../telemetry/controller-metrics.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Recorder } from '../telemetry/recorder.ts';
import type { WatchMetrics } from '../telemetry/watch-metrics.ts';
import { ROOT } from '../watch/kinds.ts';
import { createNodeBook } from '../watch/node-book.ts';
import { rootKey } from '../watch/root-key.ts';
import { followWorld, type World } from '../watch/world.ts';
import { ledgerName } from './gather.ts';
import { appliedHappenings, transitionHappening } from './happenings.ts';
import { createLedger } from './ledger.ts';
import { type ReconcileDeps, reconcile } from './reconcile.ts';
import { readServerVersion } from './server-version.ts';
import { settle } from './settle.ts';
import { createVerdictBook } from './verdict-book.ts';
import { createWatchLog } from './watch-log.ts';

export interface ControllerOptions {
  readonly transport: Transport;
  /** Where L4Balancers are looked after; empty for everywhere. */
  readonly namespaces: readonly string[];
  readonly writer: Writer;
  readonly render: ImageSettings;
  readonly workers: number;
  readonly metrics: ControllerMetrics;
  readonly watchMetrics: WatchMetrics;
  readonly recorder: Recorder;
  readonly log: Logger;
  readonly clock: Clock;
  readonly wallClock: () => Date;
  /** From 0 to below 1. */
  readonly random: () => number;
}

export interface Controller {
  readonly world: World;
  /** Resolves when what was begun is finished; nothing new is begun. */
  stop(): Promise<void>;
}

const BACKOFF = { firstMs: 250, longestMs: 60_000 };
/** Events of children come in bursts: a rollout is a dozen. One look at the end of a burst is enough. */
const BURST_MS = 50;
/** Everything is looked at anew this often, from the caches: a net for what no event has told. */
const RESYNC_MS = 10 * 60_000;

/** Follows the cluster and reconciles what changes, until it is stopped. `onFailed` hears of what only a bug can throw. */
export const startController = (
  options: ControllerOptions,
  onFailed: (error: unknown) => void,
): Controller => {
  const { transport, writer, log, clock, metrics, watchMetrics, recorder } = options;
  const queue = createQueue(clock, metrics.queue);
  const ledger = createLedger();
  const nodes = createNodeBook();
  /** Keys of resources whose rollout waits for a probe, or for somebody to change something. */
  const gated = new Set<string>();
  const watchLog = createWatchLog(log);
  const stopping = new AbortController();
  let working: Promise<void> = Promise.resolve();

  const work = async (key: string): Promise<void> => {
    const end = metrics.working();
    try {
      settle(key, await reconcile(key, deps), settleDeps);
    } finally {
      end();
    }
  };

  const resync = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(RESYNC_MS, stopping.signal);
      if (stopping.signal.aborted) return;
      addAll();
    }
  };

  const addAll = (): void => {
    for (const root of world.collections[ROOT].values()) queue.add(keyOfRoot(root));
  };

  const world = followWorld(options, {
    onChange(kind, object, { isGone }) {
      if (kind === 'Node') {
        // What a kubelet allows may have changed with it: who waits for that is looked at again.
        if (nodes.note(object, isGone)) for (const held of gated) queue.addAfter(held, BURST_MS);
        return;
      }
      const key = rootKey(kind, object, world.collections);
      if (key === undefined) return;
      if (isGone) ledger.forget(ledgerName(key, kind), object.metadata.uid);
      if (kind === ROOT) queue.add(key);
      else queue.addAfter(key, BURST_MS);
    },
    onState(kind, state, watch) {
      if (!state.connected) watchMetrics.lost(kind);
      watchLog.state(kind, state, watch);
    },
    onListed: watchMetrics.listed,
    onServed(kind, isServed) {
      watchLog.served(kind, isServed);
      addAll();
    },
    onSynced() {
      log.info({ l4balancers: world.collections[ROOT].size }, 'caches synced');
      // Not before: a child that is not listed yet would look as if it were missing.
      working = readServerVersion(transport, log).then((version) => {
        nodes.server(version);
        return runWorkers(queue, options.workers, work);
      });
      working.catch(onFailed);
      void resync();
    },
  });

  const deps: ReconcileDeps = {
    collections: world.collections,
    writer,
    read: (ref) => transport.request({ method: 'GET', path: objectPath(ref) }) as Promise<KubeObject>,
    ledger,
    render: () => ({ ...options.render, kubelet: nodes.oldest() }),
    now: clock.now,
    nodes: () => (world.serves('Node') ? [...world.collections.Node.values()] : undefined),
    verdicts: createVerdictBook(),
    onGivenUp(root, { pool, why }) {
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
      for (const happening of appliedHappenings(applied)) {
        recorder.record(root, happening);
        log.info({ key: keyOfRoot(root), done: happening.reason, note: happening.note }, 'children changed');
      }
    },
    onTransition({ root }, ready) {
      recorder.record(root, transitionHappening(ready));
      log.info({ key: keyOfRoot(root), reason: ready.reason, message: ready.message }, 'status changed');
    },
  };
  const settleDeps = { queue, backoffs: createBackoffs(BACKOFF, options.random), metrics, log };

  return {
    world,
    async stop() {
      stopping.abort();
      world.stop();
      queue.stop();
      await working;
      await recorder.idle();
    },
  };
};

const keyOfRoot = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;
