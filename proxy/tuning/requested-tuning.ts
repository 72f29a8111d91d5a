import type { ProcessTuning } from '../configuration/tuning.ts';
import type { RequestedTuning } from './report.ts';

/** The settings that request tuning. */
interface RequestingSettings {
  readonly acceptors?: number;
  readonly fileDescriptors?: number;
}

/**
 * The tuning that was requested for a proxy, by its settings or else by the resource. Outside a cluster
 * nothing gives the pod its CPU limit, so neither that limit nor the number of acceptors that follows from it
 * counts as requested.
 */
export const requestedTuning = (
  settings: RequestingSettings,
  tuning: ProcessTuning | undefined,
  inCluster: boolean,
): RequestedTuning => {
  if (tuning === undefined) return { sysctls: [] };
  const pod = inCluster ? tuning.pod : undefined;
  const acceptors = pod?.acceptors ?? settings.acceptors ?? tuning.acceptors;
  const fileDescriptors = tuning.fileDescriptors ?? settings.fileDescriptors;
  return {
    sysctls: tuning.sysctls,
    ...(acceptors === undefined ? {} : { acceptors }),
    ...(fileDescriptors === undefined ? {} : { fileDescriptors }),
    ...(pod === undefined ? {} : { cpus: pod.cpus }),
  };
};
