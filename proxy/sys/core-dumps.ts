import koffi from 'koffi';

const PR_SET_DUMPABLE = 4;

/**
 * Has the kernel write no core dump of this process from now on, and let no process of the same user read its
 * memory (ptrace, /proc/PID/mem). A limit of 0 for core files is not enough: programs that the kernel pipes
 * core dumps to get them all the same. False if the kernel refuses.
 */
export const refuseCoreDumps = (): boolean => {
  const prctl = koffi.load(null).func('prctl', 'int', ['int', 'ulong', 'ulong', 'ulong', 'ulong']);
  return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) === 0;
};
