import { type PinnedMemory, pinnedMemory } from '../../sys/memory.ts';

/** Most bytes read at once, and so the most that is kept for a slow side of a connection. */
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
    const buffer = this.#empty.pop() ?? this.#buffers.length;
    this.#buffers[buffer] = pinnedMemory(BUFFER_BYTES);
    return buffer;
  }

  memory(buffer: number): PinnedMemory {
    return this.#buffers[buffer] as PinnedMemory;
  }

  /** Gives a buffer back. Beyond a few spare ones, its memory is returned to the system. */
  give(buffer: number): void {
    if (this.#free.length < KEPT_FREE) {
      this.#free.push(buffer);
      return;
    }
    this.#buffers[buffer] = undefined;
    this.#empty.push(buffer);
  }
}
