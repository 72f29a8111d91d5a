import { createWriter, type Writer } from '../../kube/apply.ts';
import type { Transport } from '../../kube/transport.ts';
import { createRecorder, type Recorder, type RecorderDeps } from '../telemetry/recorder.ts';
import type { ThrottledTransport } from '../throttle/throttle.ts';
import type { Term } from './election.ts';
import { type Fence, fencedTransport } from './fenced-transport.ts';

/** What a term writes with, and all that it writes with: every call passes the fence. */
export interface FencedAccess {
  readonly transport: Transport;
  readonly writer: Writer;
  /** Owns fields that the operator hands over to somebody else. */
  readonly handOverWriter: Writer;
  readonly recorder: Recorder;
}

export interface BeginDeps extends Omit<RecorderDeps, 'writer'> {
  /** Opens a transport with connections of its own: what is under way in them ends with the term. */
  readonly open: () => Transport;
  readonly throttled: (transport: Transport) => ThrottledTransport;
  /** Starts the work of a term; `stop` resolves when what was begun is finished. */
  readonly work: (access: FencedAccess) => { stop(): Promise<void> };
}

/**
 * Owns, in every object's managedFields, what the operator has applied. Changing it would leave the old
 * fields without an owner.
 */
export const FIELD_MANAGER = 'l4balancer-operator';
/** Owns the number of pods from when the operator gives it up until an autoscaler changes it. */
const HAND_OVER_MANAGER = 'l4balancer-operator-hand-over';
/**
 * For how long calls still wait for their turn when a term ends in order; with one more on its way that is
 * well within the time to stop.
 */
const FINISH_WITHIN_MS = 5_000;

/**
 * Begins a term in which everything that is written passes the fence; there is none where there is only one
 * operator.
 */
export const beginTerm = (fence: Fence | undefined, deps: BeginDeps): Term => {
  const writing = deps.open();
  // Behind the throttle: what has waited for its turn is asked about when it goes.
  const transport = deps.throttled(fence === undefined ? writing : fencedTransport(writing, fence));
  const writer = createWriter(transport, FIELD_MANAGER);
  const term = deps.work({
    transport,
    writer,
    handOverWriter: createWriter(transport, HAND_OVER_MANAGER),
    recorder: createRecorder({ ...deps, writer }),
  });
  return {
    async finish() {
      const late = setTimeout(transport.cancelWaiting, FINISH_WITHIN_MS);
      await term.stop();
      clearTimeout(late);
      await transport.close();
    },
    async abandon() {
      await Promise.all([transport.close(), term.stop()]);
    },
  };
};
