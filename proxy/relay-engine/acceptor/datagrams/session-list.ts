import { enlarged } from '../../../sys/enlarged.ts';

/** Lists of sessions, each in the order in which its sessions came, or were passed over last. */
export class SessionList {
  #older = new Int32Array(0);
  #newer = new Int32Array(0);

  /** Makes room for sessions below `count`. */
  grow(count: number): void {
    if (count <= this.#older.length) return;
    this.#older = enlarged(this.#older, count);
    this.#newer = enlarged(this.#newer, count);
  }

  append(ends: Int32Array, at: number, session: number): void {
    const newest = ends[at + 1] as number;
    this.#older[session] = newest;
    this.#newer[session] = -1;
    if (newest >= 0) this.#newer[newest] = session;
    else ends[at] = session;
    ends[at + 1] = session;
  }

  remove(ends: Int32Array, at: number, session: number): void {
    const older = this.#older[session] as number;
    const newer = this.#newer[session] as number;
    if (older >= 0) this.#newer[older] = newer;
    else ends[at] = newer;
    if (newer >= 0) this.#older[newer] = older;
    else ends[at + 1] = older;
  }

  /** The session behind this one, -1 for none. */
  newer(session: number): number {
    return this.#newer[session] as number;
  }
}
