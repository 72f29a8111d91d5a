import koffi from 'koffi';

/**
 * Memory that the kernel may write to: its address does not change as long as the object is referenced. A
 * separate ArrayBuffer is always outside V8's moving heap; a small typed array created without one would not
 * be.
 */
export interface PinnedMemory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Address of the first byte; below 2^53 on every Linux that Node supports. */
  readonly address: number;
}

/** Allocates `size` bytes of zeroed pinned memory. */
export const pinnedMemory = (size: number): PinnedMemory => {
  const buffer = new ArrayBuffer(size);
  const bytes = new Uint8Array(buffer);
  return { bytes, view: new DataView(buffer), address: Number(koffi.address(bytes)) };
};

/** Address of the first byte of shared memory, which does not move either. */
export const sharedAddress = (bytes: Uint8Array<SharedArrayBuffer>): number =>
  bytes.length === 0 ? 0 : Number(koffi.address(bytes));
