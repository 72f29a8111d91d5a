import type { Finding } from '../../crds/finding.ts';
import type { EndpointView } from '../table/endpoint-view.ts';
import type { Snapshot } from '../table/snapshot.ts';
import { endpointKey } from '../table/table.ts';

/** Backends whose endpoints cannot serve as they should: none is healthy, or none may take connections. */
export const backendFindings = (
  snapshot: Snapshot,
  view: Pick<EndpointView, 'isHealthy'>,
): readonly Finding[] =>
  snapshot.spec.backends.flatMap(({ name }, index) => {
    const all = snapshot.targets.get(name) ?? [];
    const usable = all.filter(({ weight }) => weight > 0);
    // A backend without any endpoint is the source's to explain: it knows why.
    if (all.length === 0 || usable.some((target) => view.isHealthy(name, endpointKey(target)))) return [];
    return [
      usable.length === 0
        ? {
            path: `spec.backends[${index}].endpoints`,
            message: `backend "${name}" takes no connections: the weight of each of its ${all.length} endpoints is 0. Give one of them a weight above 0`,
          }
        : {
            path: `spec.backends[${index}]`,
            message: `backend "${name}" has no healthy endpoint, so all ${usable.length} are used as if they were. Each endpoint's reason is in /status; start it, or correct the healthCheck`,
          },
    ];
  });
