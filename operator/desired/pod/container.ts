import { effectiveTuning } from '../../../crds/effective.ts';
import type { EffectiveResources } from '../../../crds/resources.ts';
import type { Owner } from '../../objects/owner.ts';
import type { RenderSettings } from './render-settings.ts';
import { containerSecurityContext } from './security-context.ts';

/**
 * Name of the proxy's container. Status messages omit it, since it is the only container the operator makes.
 */
export const CONTAINER = 'proxy';

/** Name of the container's port for health, metrics and status. */
export const ADMIN_PORT_NAME = 'admin';
const probe = (path: string, timing: object) => ({ httpGet: { path, port: ADMIN_PORT_NAME }, ...timing });

/** An environment variable with a value, or with a field of its pod, as revisions add them. */
interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
}

const variables = (all: readonly Variable[]): readonly Variable[] => all;

/** The proxy's image, for any container that runs its program. */
export const imageOf = ({ spec }: Owner, { proxyImage, pullPolicy }: RenderSettings) => ({
  image: spec.workload.image ?? proxyImage,
  imagePullPolicy: pullPolicy,
});

/**
 * The proxy's container. It depends on tuning, resources and image only: the proxy learns of listeners and
 * backends through its own watch, so there is no containerPort and no variable for them.
 */
export const container = (owner: Owner, settings: RenderSettings) => {
  const { spec } = owner;
  const { adminPort } = spec.workload;
  const tuning = effectiveTuning(spec);
  return {
    name: CONTAINER,
    ...imageOf(owner, settings),
    env: variables([
      { name: 'L4B_NAMESPACE', value: owner.namespace },
      { name: 'L4B_NAME', value: owner.name },
      { name: 'L4B_ADMIN', value: `:${adminPort}` },
      { name: 'L4B_GRACE_PERIOD', value: spec.workload.terminationGracePeriod },
      { name: 'NUM_ACCEPTORS', value: String(tuning.acceptors) },
      { name: 'LOG_LEVEL', value: tuning.logLevel },
      ...(tuning.fileDescriptors === undefined
        ? []
        : [{ name: 'L4B_FILE_DESCRIPTORS', value: String(tuning.fileDescriptors) }]),
    ]),
    ports: [
      {
        name: ADMIN_PORT_NAME,
        containerPort: adminPort,
        protocol: 'TCP',
        // Keeps two pods with the same admin port off one node: the scheduler does not know their other
        // ports.
        ...(tuning.hostNetwork ? { hostPort: adminPort } : {}),
      },
    ],
    resources: withDevices(tuning.resources, spec.workload.extraResources),
    securityContext: containerSecurityContext(tuning),
    // If it crashes, the status shows the end of its output.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    // Starting takes a second, or a minute if the CPU is busy.
    startupProbe: probe('/healthz', { periodSeconds: 1, failureThreshold: 60 }),
    // Two misses in a row: a pod that does not answer within 4 s gets no traffic.
    readinessProbe: probe('/readyz', { periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 2 }),
    // Slow on purpose: a proxy must not be killed because it is busy.
    livenessProbe: probe('/healthz', { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 }),
  };
};

/** Devices are requested by number; Kubernetes requires that their requests and limits are equal. */
const withDevices = (
  { requests, limits }: EffectiveResources,
  devices: Readonly<Record<string, number | string>> = {},
) => {
  const extra = Object.fromEntries(
    Object.entries(devices)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => [name, String(count)]),
  );
  return { requests: { ...requests, ...extra }, limits: { ...limits, ...extra } };
};
