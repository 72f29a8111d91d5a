import { durationMs } from '../../crds/duration.ts';
import type { Snapshot } from '../table/snapshot.ts';
import { endpointKey } from '../table/table.ts';
import type { CheckRequest } from './check.ts';
import type { Thresholds } from './state.ts';

/** One endpoint of one backend that is to be checked, and how. */
export interface CheckedTarget {
  readonly backend: string;
  /** As `endpointKey` writes it. */
  readonly endpoint: string;
  readonly request: CheckRequest;
  readonly intervalMs: number;
  readonly thresholds: Thresholds;
}

/** Key of a target; the same address behind two backends is checked twice, since the checks may differ. */
export const targetKey = (backend: string, endpoint: string): string => `${backend} ${endpoint}`;

/** What is to be checked in `snapshot`, by key. Backends without a health check have none. */
export const targetsOf = (snapshot: Snapshot): ReadonlyMap<string, CheckedTarget> =>
  new Map(
    snapshot.spec.backends.flatMap(({ name, healthCheck }) => {
      if (healthCheck === undefined) return [];
      const { type, http, healthyThreshold, unhealthyThreshold } = healthCheck;
      return (snapshot.targets.get(name) ?? []).map(({ address, port }): [string, CheckedTarget] => {
        const endpoint = endpointKey({ address, port });
        return [
          targetKey(name, endpoint),
          {
            backend: name,
            endpoint,
            request: {
              address,
              port,
              timeoutMs: durationMs(healthCheck.timeout),
              ...(type === 'HTTP'
                ? { http: { path: http?.path ?? '/', expectedStatuses: http?.expectedStatuses ?? [200] } }
                : {}),
            },
            intervalMs: durationMs(healthCheck.interval),
            thresholds: { healthyThreshold, unhealthyThreshold },
          },
        ];
      });
    }),
  );
