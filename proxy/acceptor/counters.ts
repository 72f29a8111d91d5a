import { CLOSE_REASONS, type CloseReason } from './close-reason.ts';
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
  type SharedMemory,
  TOTALS,
  totalsAt,
} from './shared-memory.ts';

const REASON_PLACE = Object.fromEntries(
  CLOSE_REASONS.map(({ reason }, place) => [reason, place]),
) as Readonly<Record<CloseReason, number>>;

/**
 * What one acceptor counts, in shared memory. It is the only writer of its own part, so plain stores do; only the endpoints'
 * gauge of open connections is shared by all acceptors and goes through Atomics, because least connections reads it.
 */
export class Counters {
  #ints: Int32Array;
  #totals: Float64Array;
  #endpointsOpen: Int32Array;
  #index: number;
  #base: number;
  #totalsBase: number;

  constructor(shared: SharedMemory, index: number) {
    this.#ints = shared.ints;
    this.#totals = shared.totals;
    this.#endpointsOpen = shared.endpointsOpen;
    this.#index = index;
    this.#base = intsAt(index);
    this.#totalsBase = totalsAt(index);
  }

  set(place: number, value: number): void {
    this.#ints[this.#base + place] = value;
  }

  get stopping(): boolean {
    return Atomics.load(this.#ints, this.#base + INTS.Stop) === 1;
  }

  /** A connection was handed to another acceptor. */
  handedOver(): void {
    this.#raise(this.#totalsBase + TOTALS.HandedOver, 1);
  }

  retried(backendSlot: number): void {
    this.#raise(backendTotalsAt(this.#index, backendSlot) + BACKEND_TOTALS.Retries, 1);
  }

  accepted(listenerSlot: number): void {
    this.#raise(this.#totalsBase + TOTALS.Accepted, 1);
    this.#raise(listenerTotalsAt(this.#index, listenerSlot) + LISTENER_TOTALS.Accepted, 1);
    this.#bump(listenerOpenAt(this.#index, listenerSlot), 1);
  }

  closed(listenerSlot: number, reason: CloseReason): void {
    this.#raise(
      listenerTotalsAt(this.#index, listenerSlot) + LISTENER_TOTALS.Closes + REASON_PLACE[reason],
      1,
    );
    this.#bump(listenerOpenAt(this.#index, listenerSlot), -1);
  }

  /** Bytes taken from clients. */
  received(listenerSlot: number, bytes: number): void {
    this.#raise(listenerTotalsAt(this.#index, listenerSlot) + LISTENER_TOTALS.Received, bytes);
  }

  /** Bytes taken from endpoints. */
  sent(listenerSlot: number, bytes: number): void {
    this.#raise(listenerTotalsAt(this.#index, listenerSlot) + LISTENER_TOTALS.Sent, bytes);
  }

  /** An endpoint was picked: it counts as open from here, so that others see it before it is connected. */
  endpointTaken(endpointSlot: number): void {
    Atomics.add(this.#endpointsOpen, endpointSlot, 1);
    this.#bump(endpointOpenAt(this.#index, endpointSlot), 1);
  }

  endpointConnected(endpointSlot: number): void {
    this.#raise(endpointTotalsAt(this.#index, endpointSlot) + ENDPOINT_TOTALS.Connections, 1);
  }

  endpointLeft(endpointSlot: number): void {
    Atomics.sub(this.#endpointsOpen, endpointSlot, 1);
    this.#bump(endpointOpenAt(this.#index, endpointSlot), -1);
  }

  endpointFailed(endpointSlot: number): void {
    this.#raise(endpointTotalsAt(this.#index, endpointSlot) + ENDPOINT_TOTALS.Failures, 1);
  }

  #bump(place: number, by: number): void {
    this.#ints[place] = (this.#ints[place] as number) + by;
  }

  #raise(place: number, by: number): void {
    this.#totals[place] = (this.#totals[place] as number) + by;
  }
}
