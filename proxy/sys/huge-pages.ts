import koffi from 'koffi';

const PR_SET_THP_DISABLE = 41;

/**
 * Has the system provide memory of this process in pages of 4 KiB only, in all threads. Where transparent
 * huge pages are always used, the first value in each of the acceptors' long arrays would take 2 MiB: over 50
 * MiB for the first connection of each acceptor.
 */
export const refuseHugePages = (): void => {
  const prctl = koffi.load(null).func('prctl', 'int', ['int', 'ulong', 'ulong', 'ulong', 'ulong']);
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
};
