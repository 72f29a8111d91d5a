import { acceptorsOf } from './acceptors.ts';
import type { TunedSpec } from './plan-pod.ts';
import { PRESETS } from './presets.ts';
import { type EffectiveResources, effectiveResources } from './resources.ts';
import type { Sysctl, Tuning } from './tuning.ts';

/** The effective tuning of the pods: each knob from the spec if set there, otherwise from the profile. */
export interface EffectiveTuning {
  /** Acceptor threads per pod. */
  readonly acceptors: number;
  readonly logLevel: NonNullable<Tuning['logLevel']>;
  /**
   * Sorted by name. On the host network, the net.* ones are only expected of the node’s kernel; nobody sets
   * them.
   */
  readonly sysctls: readonly Sysctl[];
  readonly sysctlMethod: Tuning['sysctlMethod'];
  /** Whether the pods use the network of their node. */
  readonly hostNetwork: boolean;
  /** Sorted. */
  readonly capabilities: readonly NonNullable<Tuning['capabilities']>[number][];
  /** RLIMIT_NOFILE to set; if absent, the hard limit that the container starts with. */
  readonly fileDescriptors?: number;
  readonly resources: EffectiveResources;
}

/**
 * What the operator renders into the pods, and what the proxy compares the kernel's values with. Expects a
 * parsed spec.
 */
export const effectiveTuning = (spec: TunedSpec): EffectiveTuning => {
  const preset = PRESETS[spec.tuning.profile];
  const {
    logLevel,
    sysctls,
    sysctlMethod,
    capabilities,
    fileDescriptors = preset.fileDescriptors,
  } = spec.tuning;
  return {
    acceptors: acceptorsOf(spec),
    logLevel: logLevel ?? preset.logLevel,
    sysctls: mergeSysctls(preset.sysctls, sysctls ?? []),
    sysctlMethod,
    hostNetwork: preset.hostNetwork,
    capabilities: [...(capabilities ?? preset.capabilities)].sort(),
    ...(fileDescriptors === undefined ? {} : { fileDescriptors }),
    resources: effectiveResources(spec),
  };
};

const mergeSysctls = (preset: readonly Sysctl[], given: readonly Sysctl[]): readonly Sysctl[] =>
  [...new Map([...preset, ...given].map(({ name, value }) => [name, { name, value }])).values()].sort(
    (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
