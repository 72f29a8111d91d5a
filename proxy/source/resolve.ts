import { type EndpointSlice, SERVICE_NAME_LABEL } from '../../kube/endpoint-slice.ts';
import type { Endpoints } from '../../kube/endpoint-slices.ts';
import type { KubeService } from '../../kube/service.ts';
import type { Location } from '../../kube/topology-hints.ts';
import type { ProxyFinding } from '../../report/finding.ts';
import type { Configuration } from '../configuration/configuration.ts';
import type { Snapshot } from '../configuration/snapshot.ts';
import type { Target } from '../configuration/target.ts';
import { backendPath } from '../configuration/written-paths.ts';
import { drainTargets } from './drained-targets.ts';
import { fixedTargets } from './fixed-targets.ts';
import { protocolEndpoints, protocolsOf } from './protocol-endpoints.ts';

/** The targets of a configuration's backends, according to the cluster. */
export interface Resolved {
  /** By backend name, with an entry for every backend. */
  readonly targets: ReadonlyMap<string, readonly Target[]>;
  readonly leaving: NonNullable<Snapshot['leaving']>;
  readonly findings: readonly ProxyFinding[];
}

/** Names of the Services of the backends, each once. */
export const servicesOf = ({ backends }: Pick<Configuration, 'backends'>): readonly string[] => [
  ...new Set(backends.flatMap(({ service }) => (service === undefined ? [] : [service.name]))),
];

/**
 * Resolves the targets of every backend: those that it lists, or those of its Service. The order of the
 * objects does not matter.
 */
export const resolveTargets = (
  { listeners, backends, written }: Pick<Configuration, 'listeners' | 'backends' | 'written'>,
  services: ReadonlyMap<string, KubeService>,
  slices: ReadonlyMap<string, EndpointSlice>,
  location: Location = {},
): Resolved => {
  const serviceByName = new Map([...services.values()].map((service) => [service.metadata.name, service]));
  const slicesByService = Map.groupBy(
    slices.values(),
    ({ metadata }) => metadata.labels?.[SERVICE_NAME_LABEL],
  );
  const findings: ProxyFinding[] = [];
  const targets = new Map<string, readonly Target[]>();
  const leaving = new Map<string, Endpoints['leaving']>();
  for (const { name, service, endpoints, drained } of backends) {
    const path = backendPath(written, name);
    const serve = (known: readonly Target[]): void => {
      const all = drainTargets({ name, drained }, written, known);
      targets.set(name, all.targets);
      findings.push(...all.findings);
    };
    if (service === undefined) {
      const fixed = fixedTargets(endpoints);
      serve(fixed.targets);
      for (const { address, index, first } of fixed.repeated)
        findings.push({
          code: 'EndpointRepeated',
          backend: name,
          path: `${path}.endpoints[${index}]`,
          message: `backend "${name}": ${address} is the same endpoint as endpoints[${first}] in another spelling, so it is used only once. Remove one of them`,
        });
      continue;
    }
    const found = protocolEndpoints(
      {
        service: serviceByName.get(service.name),
        slices: slicesByService.get(service.name) ?? [],
        port: service.port,
        location,
      },
      protocolsOf({ listeners }, name),
    );
    const far = new Set(found.far);
    serve(
      // Endpoints that hints assign to other locations serve as backups, which kube-proxy cannot offer.
      found.targets.map((target) => ({ ...target, weight: 1, backup: far.has(target) })),
    );
    leaving.set(name, found.leaving);
    if (found.problem === undefined || found.code === undefined) continue;
    findings.push({
      code: found.code,
      backend: name,
      path: `${path}.service`,
      message: `backend "${name}", Service "${service.name}": ${found.problem}`,
    });
  }
  return { targets, leaving, findings };
};
