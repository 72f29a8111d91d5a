import type { OutputFailure } from '../../program/output.ts';
import type { ProxyFinding } from '../../report/finding.ts';

/** What is behind an error of standard output, and what to do. */
const WHY: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: ['its disk is full', 'Make room, or send the log elsewhere.'],
  EDQUOT: ['the disk quota of its user is used up', 'Make room, or raise the quota.'],
  EFBIG: ['its file may not grow any more', 'Rotate the file, or raise its limit (RLIMIT_FSIZE).'],
  EPIPE: ['nobody reads it any more', 'Start what reads the log, or the proxy, again.'],
  EIO: ['its device fails, or its terminal was closed', 'Look at the device, or send the log elsewhere.'],
};

/** Says while it lasts that the log cannot be written. No number in it changes: it would be a new finding each time. */
export const outputFindings = (failure: OutputFailure | undefined): readonly ProxyFinding[] => {
  if (failure === undefined) return [];
  const [why, todo] = WHY[failure.code] ?? ['for a reason that only its code says', 'Look the code up.'];
  const since = new Date(failure.sinceMs).toISOString();
  return [
    {
      code: 'OutputFails',
      path: '',
      message: `Log and access log cannot be written to standard output since ${since}: ${why} (${failure.code}). ${todo} It is tried again every second; lines that do not fit into memory until then are lost and counted.`,
    },
  ];
};
