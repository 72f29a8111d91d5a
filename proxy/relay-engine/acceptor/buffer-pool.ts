import { type PinnedMemory, pinnedMemory } from '../../sys/memory.ts';

/** Bytes read at once, and so the most that is kept for one side of a connection whose peer is slow. */
export const BUFFER_BYTES = 32768;
const KEPT_FREE = 64;

/** Buffers for bytes that a slow side has not taken yet; an idle connection holds none. */
export class BufferPool {
  #buffers: (PinnedMemory | undefined)[] = [];
  #free: number[] = [];
  #empty: number[] = [];

  /** Takes a buffer and returns its number. */
  take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const place = this.#empty.pop() ?? this.#buffers.length;
    this.#buffers[place] = pinnedMemory(BUFFER_BYTES);
    return place;
  }

  memory(buffer: number): PinnedMemory {
    return this.#buffers[buffer] as PinnedMemory;
  }

  /** Gives a buffer back; beyond a few spare ones its memory goes back to the system. */
  give(buffer: number): void {
    if (this.#free.length < KEPT_FREE) {
      this.#free.push(buffer);
      return;
    }
    this.#buffers[buffer] = undefined;
    this.#empty.push(buffer);
  }
}
