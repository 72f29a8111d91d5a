import type { ProcessTuning } from '../configuration/tuning.ts';
import type { AskedTuning } from './report.ts';

/** What the settings say of it. */
interface AskingSettings {
  readonly source: { readonly kind: 'Kubernetes' | 'File' };
  readonly acceptors?: number;
  readonly fileDescriptors?: number;
}

/**
 * What a proxy was asked for: by its settings, else by the resource. Without a cluster nobody gives the pod its CPU limit, so none is asked
 * for there, and the acceptors that would follow from it are not asked for either.
 */
export const askedTuning = (settings: AskingSettings, tuning: ProcessTuning | undefined): AskedTuning => {
  if (tuning === undefined) return { sysctls: [] };
  const inCluster = settings.source.kind === 'Kubernetes';
  const acceptors = inCluster ? tuning.pod.acceptors : (settings.acceptors ?? tuning.acceptors);
  const fileDescriptors = tuning.fileDescriptors ?? settings.fileDescriptors;
  const cpus = inCluster ? tuning.pod.cpus : undefined;
  return {
    sysctls: tuning.sysctls,
    ...(acceptors === undefined ? {} : { acceptors }),
    ...(fileDescriptors === undefined ? {} : { fileDescriptors }),
    ...(cpus === undefined ? {} : { cpus }),
  };
};
