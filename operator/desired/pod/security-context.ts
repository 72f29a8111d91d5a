import type { EffectiveTuning } from '../../../crds/effective.ts';
import type { Sysctl } from '../../../crds/tuning.ts';

/** The user of the image, as a number because Pod Security `restricted` requires one. */
const NON_ROOT = 65532;

/** For the pod: no privileges, and the sysctls of its network namespace. */
export const podSecurityContext = (sysctls: readonly Sysctl[]) => ({
  runAsNonRoot: true,
  runAsUser: NON_ROOT,
  runAsGroup: NON_ROOT,
  seccompProfile: { type: 'RuntimeDefault' },
  ...(sysctls.length === 0 ? {} : { sysctls }),
});

/**
 * For the container: all capabilities dropped, and only those added back that the tuning names. A capability
 * reaches a process that is not root through the file capability of its program, which no_new_privs would
 * disable; so that is off if a capability is added.
 */
export const containerSecurityContext = ({ capabilities }: Pick<EffectiveTuning, 'capabilities'>) => ({
  allowPrivilegeEscalation: capabilities.length > 0,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'], ...(capabilities.length === 0 ? {} : { add: capabilities }) },
});
