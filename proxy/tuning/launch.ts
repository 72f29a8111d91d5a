import type { LogLevel } from '../../program/log.ts';
import { DEFAULTS } from '../configuration/defaults.ts';
import type { ProcessTuning } from '../configuration/tuning.ts';
import { acceptorsFor, type CpuQuota } from './cpu-quota.ts';

/** The parameters that the proxy starts with. */
export interface Launch {
  readonly acceptors: number;
  /** Where the number comes from, for the log. */
  readonly acceptorsFrom: 'settings' | 'manifest' | 'cpu';
  readonly logLevel: LogLevel;
  /** Undefined requests as many as the hard limit permits. */
  readonly fileDescriptors: number | undefined;
}

/** Settings take precedence over the manifest, and the manifest over the machine. */
export const decideLaunch = (
  settings: { readonly acceptors?: number; readonly logLevel?: LogLevel; readonly fileDescriptors?: number },
  tuning: ProcessTuning | undefined,
  machine: { readonly quota: CpuQuota; readonly parallelism: number },
): Launch => {
  const acceptors = tuning?.acceptors;
  const chosen = settings.acceptors ?? acceptors;
  return {
    acceptors: chosen ?? acceptorsFor(machine.quota, machine.parallelism),
    acceptorsFrom:
      settings.acceptors !== undefined ? 'settings' : acceptors !== undefined ? 'manifest' : 'cpu',
    logLevel: settings.logLevel ?? (tuning ?? DEFAULTS.tuning).logLevel,
    fileDescriptors: settings.fileDescriptors ?? tuning?.fileDescriptors,
  };
};
