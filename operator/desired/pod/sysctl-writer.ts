import type { EffectiveTuning } from '../../../crds/effective.ts';
import type { AssignedSysctls } from '../../sysctls/assign-sysctls.ts';

/**
 * Name of the init container that writes sysctls; status messages distinguish it from the proxy by this name.
 */
export const SYSCTL_WRITER = 'sysctls';

/**
 * Writes sysctls in the pod's own network namespace before the proxy starts, which no kubelet has to allow.
 * It is the only privileged container, and it has ended before clients connect. It runs the proxy's program,
 * so that there is no second image and no shell.
 */
export const sysctlWriter = (image: object, { written }: AssignedSysctls, { resources }: EffectiveTuning) =>
  written.length === 0
    ? []
    : [
        {
          name: SYSCTL_WRITER,
          ...image,
          args: ['--set-sysctls', ...written.map(({ name, value }) => `${name}=${value}`)],
          // Those of the proxy, so that the pod reserves no more and keeps its QoS class.
          resources,
          securityContext: {
            privileged: true,
            runAsNonRoot: false,
            runAsUser: 0,
            runAsGroup: 0,
            readOnlyRootFilesystem: true,
          },
          terminationMessagePolicy: 'FallbackToLogsOnError',
        },
      ];
