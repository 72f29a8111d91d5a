import type { OutputFailure } from '../../program/output.ts';
import type { ProxyFinding } from '../../report/finding.ts';

/** Cause and remedy for each error of standard output. */
const WHY: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: ['its disk is full', 'Make room, or send the log elsewhere.'],
  EDQUOT: ['the disk quota of its user is used up', 'Make room, or raise the quota.'],
  EFBIG: ['its file has reached the size limit', 'Rotate the file, or raise its limit (RLIMIT_FSIZE).'],
  EPIPE: ['its reader has exited', 'Restart the reader of the log, or the proxy.'],
  EIO: ['its device fails, or its terminal was closed', 'Check the device, or send the log elsewhere.'],
};

/**
 * Returns a finding while the log cannot be written. Its text contains no changing number, because that would
 * make it a new finding each time.
 */
export const outputFindings = (failure: OutputFailure | undefined): readonly ProxyFinding[] => {
  if (failure === undefined) return [];
  const [why, todo] = WHY[failure.code] ?? ['the cause is unknown', 'Look up the error code.'];
  const since = new Date(failure.sinceMs).toISOString();
  return [
    {
      code: 'OutputFails',
      path: '',
      message: `Since ${since}, log and access log cannot be written to standard output: ${why} (${failure.code}). ${todo} Writing is retried every second; lines that do not fit into memory until then are lost and counted.`,
    },
  ];
};
