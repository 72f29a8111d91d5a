import type { Connections } from './connections.ts';

/** Milliseconds of one tick: how exact every time limit of a connection is. */
export const TICK_MS = 16;
const BUCKETS = 1024; // power of two; once round is 16.4 s

/**
 * One timer per connection in a ring of lists, kept in the connections' own arrays. Setting a timer costs the same however many
 * there are; a deadline beyond one round stays in its list and is looked at once a round.
 */
export class TimerWheel {
  #connections: Connections;
  #heads = new Int32Array(BUCKETS).fill(-1);
  #now: number;
  #count = 0;

  constructor(connections: Connections, now: number) {
    this.#connections = connections;
    this.#now = now;
  }

  /** Ticks of a duration, and one more for the tick that has begun already: a limit never ends early. */
  static ticks(ms: number): number {
    return Math.ceil(ms / TICK_MS) + 1;
  }

  /** Sets the connection's timer to the tick `deadline`, replacing an earlier one. */
  set(connection: number, deadline: number): void {
    this.clear(connection);
    const at = deadline <= this.#now ? this.#now + 1 : deadline;
    const c = this.#connections;
    const bucket = at & (BUCKETS - 1);
    const head = this.#heads[bucket] as number;
    c.deadline[connection] = at;
    c.timerBucket[connection] = bucket;
    c.timerPrevious[connection] = -1;
    c.timerNext[connection] = head;
    if (head >= 0) c.timerPrevious[head] = connection;
    this.#heads[bucket] = connection;
    this.#count++;
  }

  clear(connection: number): void {
    const c = this.#connections;
    const bucket = c.timerBucket[connection] as number;
    if (bucket < 0) return;
    const next = c.timerNext[connection] as number;
    const previous = c.timerPrevious[connection] as number;
    if (previous >= 0) c.timerNext[previous] = next;
    else this.#heads[bucket] = next;
    if (next >= 0) c.timerPrevious[next] = previous;
    c.timerBucket[connection] = -1;
    this.#count--;
  }

  /** Milliseconds until a timer may be due, at most `limitMs`. */
  untilNext(limitMs: number): number {
    if (this.#count === 0) return limitMs;
    const ahead = Math.min(BUCKETS, Math.ceil(limitMs / TICK_MS));
    for (let i = 1; i <= ahead; i++)
      if ((this.#heads[(this.#now + i) & (BUCKETS - 1)] as number) >= 0) return i * TICK_MS;
    return limitMs;
  }

  /** Moves time to the tick `now` and calls `due` for each connection whose deadline has passed, its timer cleared. */
  advance(now: number, due: (connection: number) => void): void {
    if (now <= this.#now) return;
    const steps = Math.min(now - this.#now, BUCKETS);
    const first = now - steps + 1;
    this.#now = now;
    if (this.#count === 0) return;
    for (let tick = first; tick <= now; tick++) this.#expire(tick & (BUCKETS - 1), now, due);
  }

  #expire(bucket: number, now: number, due: (connection: number) => void): void {
    const c = this.#connections;
    const expired: number[] = [];
    for (let at = this.#heads[bucket] as number; at >= 0; at = c.timerNext[at] as number)
      if ((c.deadline[at] as number) <= now) expired.push(at);
    for (const connection of expired) {
      // An earlier one's ending may have cleared or moved this timer.
      if (c.timerBucket[connection] !== bucket || (c.deadline[connection] as number) > now) continue;
      this.clear(connection);
      due(connection);
    }
  }
}
