import { createWriter, type Writer } from '../../kube/apply.ts';
import type { Transport } from '../../kube/transport.ts';
import { createRecorder, type Recorder, type RecorderDeps } from '../telemetry/recorder.ts';
import type { ThrottledTransport } from '../throttle/throttle.ts';
import type { Term } from './election.ts';
import { type Fence, fencedTransport } from './fenced-transport.ts';

/** The only means by which a term writes: every call passes the fence. */
export interface FencedAccess {
  readonly transport: Transport;
  readonly writer: Writer;
  /** Owns fields that the operator hands over to another manager. */
  readonly handOverWriter: Writer;
  /** Owns the keys of session tickets. */
  readonly ticketWriter: Writer;
  readonly recorder: Recorder;
}

export interface BeginDeps extends Omit<RecorderDeps, 'writer'> {
  /** Opens a transport with its own connections; requests in flight on them end with the term. */
  readonly open: () => Transport;
  readonly throttled: (transport: Transport) => ThrottledTransport;
  /** Starts the work of a term; `stop` resolves when the work in progress is finished. */
  readonly work: (access: FencedAccess) => { stop(): Promise<void> };
}

/**
 * Field manager of everything that the operator has applied. Changing it would leave the old fields without
 * an owner.
 */
export const FIELD_MANAGER = 'l4balancer-operator';
/** Field manager of the replica count, from when the operator gives it up until an autoscaler changes it. */
const HAND_OVER_MANAGER = 'l4balancer-operator-hand-over';
/** Field manager of the ticket keys, which the operator does not know between two rotations. */
const TICKETS_MANAGER = 'l4balancer-operator-tickets';
/**
 * How long calls may still wait for the throttle when a term ends gracefully. Together with one more call in
 * flight, that is well within the time to stop.
 */
const FINISH_WITHIN_MS = 5_000;

/** Begins a term in which every write passes the fence. Without leader election there is no fence. */
export const beginTerm = (fence: Fence | undefined, deps: BeginDeps): Term => {
  const writing = deps.open();
  // Behind the throttle, so that the fence is checked when a call is sent and not when it starts to wait.
  const transport = deps.throttled(fence === undefined ? writing : fencedTransport(writing, fence));
  const writer = createWriter(transport, FIELD_MANAGER);
  const term = deps.work({
    transport,
    writer,
    handOverWriter: createWriter(transport, HAND_OVER_MANAGER),
    ticketWriter: createWriter(transport, TICKETS_MANAGER),
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
