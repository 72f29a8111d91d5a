import { CONNECT_FAILURES, type ConnectFailure } from '../../engine/connect-failure.ts';
import { isLocal } from './connect-failure.ts';
import { bucketOf, CONNECT_BOUNDS_MS, OPEN_BOUNDS_MS } from './durations.ts';
import {
  BACKEND_TOTALS,
  backendTotalsAt,
  ENDPOINT_TOTALS,
  endpointOpenAt,
  endpointTotalsAt,
  INTS,
  intsAt,
  LISTENER_TOTALS,
  listenerOpenAt,
  listenerTotalsAt,
  RETRY_COUNTS,
  type SharedMemory,
  TOTALS,
  totalsAt,
} from './shared-memory.ts';

const FAILURE_INDEX = Object.fromEntries(
  CONNECT_FAILURES.map((failure, index) => [failure, index]),
) as Readonly<Record<ConnectFailure, number>>;

/**
 * What one acceptor counts, in shared memory. It is the only writer of its own part, so plain stores suffice.
 * Only what balancing needs over all acceptors is shared and accessed by Atomics: the endpoints' open
 * connections and consecutive failures.
 */
export class Counters {
  #ints: Int32Array;
  #totals: Float64Array;
  #endpointsOpen: Int32Array;
  #failuresInARow: Int32Array;
  #index: number;
  #base: number;
  #totalsBase: number;

  constructor(shared: SharedMemory, index: number) {
    this.#ints = shared.ints;
    this.#totals = shared.totals;
    this.#endpointsOpen = shared.endpointsOpen;
    this.#failuresInARow = shared.failuresInARow;
    this.#index = index;
    this.#base = intsAt(index);
    this.#totalsBase = totalsAt(index);
  }

  set(offset: number, value: number): void {
    this.#ints[this.#base + offset] = value;
  }

  /** The loop has begun a turn. */
  beat(): void {
    this.#bump(this.#base + INTS.Beat, 1);
  }

  get stopping(): boolean {
    return Atomics.load(this.#ints, this.#base + INTS.Stop) === 1;
  }

  /** A connection was handed to another acceptor. */
  handedOver(listenerSlot: number): void {
    this.#raise(this.#totalsBase + TOTALS.HandedOver, 1);
    this.#raise(listenerTotalsAt(this.#index, listenerSlot) + LISTENER_TOTALS.HandedOver, 1);
  }

  /** A parcel of another acceptor was taken out of the mailbox. */
  taken(): void {
    Atomics.add(this.#ints, this.#base + INTS.Taken, 1);
  }

  /** A connection of another acceptor is this one's from now on. */
  takenOver(listenerSlot: number): void {
    this.#raise(listenerTotalsAt(this.#index, listenerSlot) + LISTENER_TOTALS.TakenOver, 1);
  }

  retried(backendSlot: number): void {
    this.#raise(backendTotalsAt(this.#index, backendSlot) + BACKEND_TOTALS.Retries, 1);
  }

  /** The budget did not allow a retry. */
  retryDenied(backendSlot: number): void {
    this.#raise(backendTotalsAt(this.#index, backendSlot) + BACKEND_TOTALS.RetriesDenied, 1);
  }

  /** A connection waits because every endpoint is full. */
  queued(backendSlot: number): void {
    this.#raise(backendTotalsAt(this.#index, backendSlot) + BACKEND_TOTALS.Queued, 1);
  }

  /** This acceptor took a connection from the kernel. */
  accepted(listenerSlot: number): void {
    this.#raise(this.#totalsBase + TOTALS.Accepted, 1);
    this.#raise(listenerTotalsAt(this.#index, listenerSlot) + LISTENER_TOTALS.Accepted, 1);
  }

  /** A connection of the listener is this acceptor's from now on; `open` are all that it has. */
  opened(listenerSlot: number, open: number): void {
    this.#ints[this.#base + INTS.Open] = open;
    this.#bump(listenerOpenAt(this.#index, listenerSlot), 1);
  }

  /** A connection ends after `ms` milliseconds; `close` is its index in CLOSES. */
  closed(listenerSlot: number, close: number, retries: number, ms: number): void {
    const at = listenerTotalsAt(this.#index, listenerSlot);
    this.#raise(at + LISTENER_TOTALS.Retries + Math.min(retries, RETRY_COUNTS - 1), 1);
    this.#raise(at + LISTENER_TOTALS.Durations + bucketOf(OPEN_BOUNDS_MS, ms), 1);
    this.#raise(at + LISTENER_TOTALS.DurationSum, ms);
    this.#bump(listenerOpenAt(this.#index, listenerSlot), -1);
    // Last: once there are as many closes as accepted connections, the slot may be given to another listener.
    this.#raise(at + LISTENER_TOTALS.Closes + close, 1);
  }

  /** A connection that ended has released everything; `open` are those that are left. */
  left(open: number): void {
    this.#ints[this.#base + INTS.Open] = open;
  }

  /** Bytes taken from a client. */
  received(listenerSlot: number, endpointSlot: number, bytes: number): void {
    this.#raise(listenerTotalsAt(this.#index, listenerSlot) + LISTENER_TOTALS.Received, bytes);
    this.#raise(endpointTotalsAt(this.#index, endpointSlot) + ENDPOINT_TOTALS.Received, bytes);
  }

  /** Bytes taken from an endpoint. */
  sent(listenerSlot: number, endpointSlot: number, bytes: number): void {
    this.#raise(listenerTotalsAt(this.#index, listenerSlot) + LISTENER_TOTALS.Sent, bytes);
    this.#raise(endpointTotalsAt(this.#index, endpointSlot) + ENDPOINT_TOTALS.Sent, bytes);
  }

  /** A closed connection to the endpoint keeps its source port for a minute. */
  portKept(endpointSlot: number): void {
    this.#raise(endpointTotalsAt(this.#index, endpointSlot) + ENDPOINT_TOTALS.PortsKept, 1);
  }

  /**
   * Counts a connection at an endpoint, before it is connected, so that others see it. Returns false if
   * `limit` connections are open already (0 for no limit).
   */
  takeEndpoint(endpointSlot: number, limit: number): boolean {
    const before = Atomics.add(this.#endpointsOpen, endpointSlot, 1);
    if (limit > 0 && before >= limit) {
      Atomics.sub(this.#endpointsOpen, endpointSlot, 1);
      return false;
    }
    this.#bump(endpointOpenAt(this.#index, endpointSlot), 1);
    return true;
  }

  /** An attempt to connect succeeded after `ms` milliseconds. */
  endpointConnected(backendSlot: number, endpointSlot: number, ms: number): void {
    if (backendSlot >= 0) {
      const at = backendTotalsAt(this.#index, backendSlot);
      this.#raise(at + BACKEND_TOTALS.Connects + bucketOf(CONNECT_BOUNDS_MS, ms), 1);
      this.#raise(at + BACKEND_TOTALS.ConnectSum, ms);
    }
    this.#raise(endpointTotalsAt(this.#index, endpointSlot) + ENDPOINT_TOTALS.Connections, 1);
    if (Atomics.load(this.#failuresInARow, endpointSlot) !== 0)
      Atomics.store(this.#failuresInARow, endpointSlot, 0);
  }

  endpointLeft(endpointSlot: number): void {
    Atomics.sub(this.#endpointsOpen, endpointSlot, 1);
    this.#bump(endpointOpenAt(this.#index, endpointSlot), -1);
  }

  /** An attempt to connect failed. A shortage of this machine does not count against the endpoint. */
  endpointFailed(backendSlot: number, endpointSlot: number, failure: ConnectFailure): void {
    if (backendSlot >= 0)
      this.#raise(
        backendTotalsAt(this.#index, backendSlot) + BACKEND_TOTALS.Failures + FAILURE_INDEX[failure],
        1,
      );
    if (isLocal(failure)) return;
    this.#raise(endpointTotalsAt(this.#index, endpointSlot) + ENDPOINT_TOTALS.Failures, 1);
    Atomics.add(this.#failuresInARow, endpointSlot, 1);
  }

  #bump(offset: number, by: number): void {
    this.#ints[offset] = (this.#ints[offset] as number) + by;
  }

  #raise(offset: number, by: number): void {
    this.#totals[offset] = (this.#totals[offset] as number) + by;
  }
}
