import type { EffectiveTuning } from '../../../crds/effective.ts';
import type { Sysctl } from '../../../crds/tuning.ts';

/** The user of the image; also what Pod Security `restricted` wants to see as a number. */
const NON_ROOT = 65532;

/** Of the pod: nobody's rights, and the kernel settings of its network namespace. */
export const podSecurityContext = (sysctls: readonly Sysctl[]) => ({
  runAsNonRoot: true,
  runAsUser: NON_ROOT,
  runAsGroup: NON_ROOT,
  seccompProfile: { type: 'RuntimeDefault' },
  ...(sysctls.length === 0 ? {} : { sysctls }),
});

/**
 * Of the container: everything dropped, and added back only what the tuning names. A capability reaches a process that is not
 * root through the file capability of its program, which no_new_privs makes void: so that is off where one is added.
 */
export const containerSecurityContext = ({ capabilities }: Pick<EffectiveTuning, 'capabilities'>) => ({
  allowPrivilegeEscalation: capabilities.length > 0,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'], ...(capabilities.length === 0 ? {} : { add: capabilities }) },
});
