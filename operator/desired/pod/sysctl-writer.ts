import type { EffectiveTuning } from '../../../crds/effective.ts';
import type { PlacedSysctls } from '../../sysctls/place-sysctls.ts';

/** Name of the init container that writes sysctls; status messages tell it from the proxy by it. */
export const SYSCTL_WRITER = 'sysctls';

/**
 * Writes sysctls in the pod's own network namespace before the proxy starts, which no kubelet has to allow. The one privileged container
 * there is, and it has ended when clients come. It is the proxy's program, so there is no second image and no shell.
 */
export const sysctlWriter = (image: object, { written }: PlacedSysctls, { resources }: EffectiveTuning) =>
  written.length === 0
    ? []
    : [
        {
          name: SYSCTL_WRITER,
          ...image,
          args: ['--set-sysctls', ...written.map(({ name, value }) => `${name}=${value}`)],
          // The proxy's own: so the pod reserves no more, and its quality of service stays.
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
