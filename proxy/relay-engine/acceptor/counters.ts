import { CONNECT_FAILURES, type ConnectFailure } from '../../engine/connect-failure.ts';
import { DATAGRAM_DROPS, type DatagramDrop } from '../../engine/datagram-drop.ts';
import { HANDSHAKE_FAILURES, type HandshakeFailure } from '../../engine/handshake-failure.ts';
import { ID_EVENTS, type IdEvent } from '../../engine/id-event.ts';
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

const DROP_INDEX = Object.fromEntries(DATAGRAM_DROPS.map((drop, index) => [drop, index])) as Readonly<
  Record<DatagramDrop, number>
>;

const HANDSHAKE_INDEX = Object.fromEntries(
  HANDSHAKE_FAILURES.map((failure, index) => [failure, index]),
) as Readonly<Record<HandshakeFailure, number>>;

const ID_INDEX = Object.fromEntries(ID_EVENTS.map((event, index) => [event, index])) as Readonly<
  Record<IdEvent, number>
>;

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

  /** A client was refused before it became a connection; `close` is its index in CLOSES. */
  refused(listenerSlot: number, close: number): void {
    const at = listenerTotalsAt(this.#index, listenerSlot);
    this.#raise(at + LISTENER_TOTALS.Retries, 1);
    this.#raise(at + LISTENER_TOTALS.Durations, 1);
    this.#raise(at + LISTENER_TOTALS.Closes + close, 1);
  }

  /** A connection that ended has released everything; `open` are those that are left. */
  left(open: number): void {
    this.#ints[this.#base + INTS.Open] = open;
  }

  /** All limits admitted a connection; in mode Report, this leaves out those beyond the listener's rate. */
  admitted(listenerSlot: number): void {
    this.#raise(listenerTotalsAt(this.#index, listenerSlot) + LISTENER_TOTALS.Admitted, 1);
  }

  /** A connection begins its preface, or needs none: its peer was not refused. */
  trusted(listenerSlot: number): void {
    this.#raise(listenerTotalsAt(this.#index, listenerSlot) + LISTENER_TOTALS.Trusted, 1);
  }

  /** A limit in mode Report would have refused a connection; `reason` is an index in LIMIT_REASONS. */
  wouldRefuse(listenerSlot: number, reason: number): void {
    this.#raise(listenerTotalsAt(this.#index, listenerSlot) + LISTENER_TOTALS.WouldRefuse + reason, 1);
  }

  /** A read was put off by a limit of bandwidth, or would have been in mode Report. */
  paused(listenerSlot: number, isUpload: boolean): void {
    const offset = isUpload ? LISTENER_TOTALS.PausedUpload : LISTENER_TOTALS.PausedDownload;
    this.#raise(listenerTotalsAt(this.#index, listenerSlot) + offset, 1);
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

  /** Datagrams taken from clients. */
  datagramsReceived(listenerSlot: number, count: number): void {
    this.#raise(listenerTotalsAt(this.#index, listenerSlot) + LISTENER_TOTALS.DatagramsReceived, count);
  }

  /** Datagrams sent to clients. */
  datagramsSent(listenerSlot: number, count: number): void {
    this.#raise(listenerTotalsAt(this.#index, listenerSlot) + LISTENER_TOTALS.DatagramsSent, count);
  }

  datagramsDropped(listenerSlot: number, why: DatagramDrop, count: number): void {
    const at = listenerTotalsAt(this.#index, listenerSlot) + LISTENER_TOTALS.DatagramsDropped;
    this.#raise(at + DROP_INDEX[why], count);
  }

  /** Something has happened with connection IDs of QUIC. */
  idCounted(listenerSlot: number, event: IdEvent): void {
    const at = listenerTotalsAt(this.#index, listenerSlot) + LISTENER_TOTALS.Ids;
    this.#raise(at + ID_INDEX[event], 1);
  }

  /** A handshake of TLS with a client is complete. */
  handshakeDone(listenerSlot: number, isResumed: boolean): void {
    const offset = isResumed ? LISTENER_TOTALS.HandshakesResumed : LISTENER_TOTALS.HandshakesFull;
    this.#raise(listenerTotalsAt(this.#index, listenerSlot) + offset, 1);
  }

  /** A handshake of TLS with an endpoint is complete. */
  endpointSecured(backendSlot: number, isResumed: boolean): void {
    if (backendSlot < 0) return;
    const offset = isResumed ? BACKEND_TOTALS.SecuredResumed : BACKEND_TOTALS.SecuredFull;
    this.#raise(backendTotalsAt(this.#index, backendSlot) + offset, 1);
  }

  handshakeFailed(listenerSlot: number, why: HandshakeFailure): void {
    const at = listenerTotalsAt(this.#index, listenerSlot) + LISTENER_TOTALS.HandshakesFailed;
    this.#raise(at + HANDSHAKE_INDEX[why], 1);
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
    this.#connected(backendSlot, ms);
    this.#raise(endpointTotalsAt(this.#index, endpointSlot) + ENDPOINT_TOTALS.Connections, 1);
    this.endpointServed(endpointSlot);
  }

  /** A session got an endpoint. Whether that can be reached is not known yet. */
  sessionAttached(endpointSlot: number): void {
    this.#raise(endpointTotalsAt(this.#index, endpointSlot) + ENDPOINT_TOTALS.Connections, 1);
  }

  /** The first answer of an endpoint to a session, `ms` milliseconds after the session got it. */
  sessionAnswered(backendSlot: number, endpointSlot: number, ms: number): void {
    this.#connected(backendSlot, ms);
    this.endpointServed(endpointSlot);
  }

  /** An endpoint works: its failures so far were not the last word. */
  endpointServed(endpointSlot: number): void {
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

  #connected(backendSlot: number, ms: number): void {
    if (backendSlot < 0) return;
    const at = backendTotalsAt(this.#index, backendSlot);
    this.#raise(at + BACKEND_TOTALS.Connects + bucketOf(CONNECT_BOUNDS_MS, ms), 1);
    this.#raise(at + BACKEND_TOTALS.ConnectSum, ms);
  }

  #bump(offset: number, by: number): void {
    this.#ints[offset] = (this.#ints[offset] as number) + by;
  }

  #raise(offset: number, by: number): void {
    this.#totals[offset] = (this.#totals[offset] as number) + by;
  }
}
