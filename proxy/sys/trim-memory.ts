import koffi from 'koffi';

/**
 * Returns a function that gives the free memory of the C library's heaps back to the system (malloc_trim). By
 * itself the library keeps free blocks that have one in use behind them.
 */
export const memoryTrimmer = (): (() => void) => {
  const trim = koffi.load(null).func('malloc_trim', 'int', ['ulong']);
  return () => void trim(0);
};
