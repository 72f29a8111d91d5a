import { effectiveTuning } from '../../crds/effective.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { cpuMillis } from '../../crds/quantity.ts';
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
export const askedTuning = (settings: AskingSettings, spec: L4BalancerSpec | undefined): AskedTuning => {
  if (spec === undefined) return { sysctls: [] };
  const tuning = effectiveTuning(spec);
  const inCluster = settings.source.kind === 'Kubernetes';
  const acceptors = inCluster ? tuning.acceptors : (settings.acceptors ?? spec.tuning.acceptors);
  const fileDescriptors = tuning.fileDescriptors ?? settings.fileDescriptors;
  const cpus = inCluster ? cpuMillis(tuning.resources.limits.cpu) / 1000 : undefined;
  return {
    sysctls: tuning.sysctls,
    ...(acceptors === undefined ? {} : { acceptors }),
    ...(fileDescriptors === undefined ? {} : { fileDescriptors }),
    ...(cpus === undefined ? {} : { cpus }),
  };
};
