import type { Connections } from './connections.ts';

/** Milliseconds of one tick: the precision of all time limits of connections. */
export const TICK_MS = 16;
const BUCKETS = 1024; // a power of two; one round is 16.4 s
const BUCKET_BITS = 10;
/**
 * The far wheel's buckets come behind the near one's. Each stands for one round of the near wheel; one round
 * of the far one is 4.7 h.
 */
const FAR = BUCKETS;

/**
 * One timer per connection in two rings of lists, kept in the connections' own arrays. Setting a timer costs
 * the same however many there are. What is due within a round of the near wheel is in the list of its tick.
 * The rest is in the list of its round, and moves to the near wheel when that round begins. So a list of the
 * near wheel that is not empty always means a deadline.
 */
export class TimerWheel {
  #connections: Connections;
  #heads = new Int32Array(2 * BUCKETS).fill(-1);
  #now: number;
  #count = 0;
  #farCount = 0;
  /** The connections of the list at hand; kept for the next one, so that nothing is allocated. */
  #listed: number[] = [];

  constructor(connections: Connections, now: number) {
    this.#connections = connections;
    this.#now = now;
  }

  /** Ticks of a duration, plus one for the tick that has already begun: a limit never ends early. */
  static ticks(ms: number): number {
    return Math.ceil(ms / TICK_MS) + 1;
  }

  /** Sets the connection's timer to the tick `deadline`, replacing an earlier one. */
  set(connection: number, deadline: number): void {
    this.clear(connection);
    const at = deadline <= this.#now ? this.#now + 1 : deadline;
    const isFar = at - this.#now > BUCKETS;
    const bucket = isFar ? FAR + ((at >>> BUCKET_BITS) & (BUCKETS - 1)) : at & (BUCKETS - 1);
    const c = this.#connections;
    const head = this.#heads[bucket] as number;
    c.deadline[connection] = at;
    c.timerBucket[connection] = bucket;
    c.timerPrevious[connection] = -1;
    c.timerNext[connection] = head;
    if (head >= 0) c.timerPrevious[head] = connection;
    this.#heads[bucket] = connection;
    this.#count++;
    if (isFar) this.#farCount++;
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
    if (bucket >= FAR) this.#farCount--;
  }

  /** Milliseconds until a timer may be due, at most `limitMs`. */
  untilNext(limitMs: number): number {
    if (this.#count === 0) return limitMs;
    const ahead = Math.min(BUCKETS, Math.ceil(limitMs / TICK_MS));
    // When the next round begins, timers move here from the far wheel.
    const round = this.#farCount > 0 ? BUCKETS - (this.#now & (BUCKETS - 1)) : BUCKETS;
    for (let i = 1; i <= ahead; i++)
      if (i === round || (this.#heads[(this.#now + i) & (BUCKETS - 1)] as number) >= 0) return i * TICK_MS;
    return limitMs;
  }

  /**
   * Advances to the tick `now`, and calls `due` for each connection whose deadline has passed; its timer is
   * cleared.
   */
  advance(now: number, due: (connection: number) => void): void {
    for (let tick = this.#now + 1; tick <= now; tick++) {
      if (this.#count === 0) break;
      if ((tick & (BUCKETS - 1)) === 0 && this.#farCount > 0) this.#bringNear(tick);
      this.#now = tick;
      this.#expire(tick & (BUCKETS - 1), due);
    }
    this.#now = Math.max(this.#now, now);
  }

  /**
   * The round that `tick` begins: its timers move to the near wheel; those of later rounds of the far wheel
   * stay.
   */
  #bringNear(tick: number): void {
    const c = this.#connections;
    this.#list(FAR + ((tick >>> BUCKET_BITS) & (BUCKETS - 1)));
    for (const connection of this.#listed) this.set(connection, c.deadline[connection] as number);
  }

  #expire(bucket: number, due: (connection: number) => void): void {
    if ((this.#heads[bucket] as number) < 0) return;
    const c = this.#connections;
    this.#list(bucket);
    for (const connection of this.#listed) {
      // An earlier handler may have cleared or moved this timer.
      if (c.timerBucket[connection] !== bucket || (c.deadline[connection] as number) > this.#now) continue;
      this.clear(connection);
      due(connection);
    }
  }

  #list(bucket: number): void {
    this.#listed.length = 0;
    const { timerNext } = this.#connections;
    for (let at = this.#heads[bucket] as number; at >= 0; at = timerNext[at] as number) this.#listed.push(at);
  }
}
