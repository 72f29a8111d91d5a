import { acceptorsOf } from './acceptors.ts';
import type { TunedSpec } from './plan-pod.ts';
import { PRESETS } from './presets.ts';
import { type EffectiveResources, effectiveResources } from './resources.ts';
import type { Sysctl, Tuning } from './tuning.ts';

/** What the pods are given: each knob from the spec where it is set there, else from the profile. */
export interface EffectiveTuning {
  /** Acceptor threads of each pod. */
  readonly acceptors: number;
  readonly logLevel: NonNullable<Tuning['logLevel']>;
  /**
   * Sorted by name. With the node's network, its net.* are asked of the node's kernel, and nobody sets them.
   */
  readonly sysctls: readonly Sysctl[];
  readonly sysctlMethod: Tuning['sysctlMethod'];
  /** Whether the pods use the network of their node. */
  readonly hostNetwork: boolean;
  /** Sorted. */
  readonly capabilities: readonly NonNullable<Tuning['capabilities']>[number][];
  /** RLIMIT_NOFILE to ask for; absent: the hard limit that the container starts with. */
  readonly fileDescriptors?: number;
  readonly resources: EffectiveResources;
}

/**
 * What the operator renders into the pods and the proxy compares with what the kernel gave. Expects a parsed
 * spec.
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
