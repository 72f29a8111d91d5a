import type { HealthCheck } from '../../crds/backend.ts';
import { durationMs } from '../../crds/duration.ts';
import type { Snapshot } from '../configuration/snapshot.ts';
import { endpointKey } from '../table/table.ts';
import type { CheckKind, CheckRequest } from './check/check.ts';
import type { EndpointRules } from './state.ts';

/** One endpoint of one backend that is followed, and how. */
export interface FollowedTarget {
  readonly backend: string;
  /** As `endpointKey` writes it. */
  readonly endpoint: string;
  readonly rules: EndpointRules;
  /** Undefined where nothing is checked. */
  readonly check: { readonly request: CheckRequest; readonly intervalMs: number } | undefined;
  /** Whether the resource lets it take connections: its weight is not 0. */
  readonly weighs: boolean;
  /** Share of its backend's endpoints that may be ejected at once. */
  readonly maxEjectionPercent: number;
}

/** Key of a target; the same address behind two backends is followed twice, since what is asked may differ. */
export const targetKey = (backend: string, endpoint: string): string => `${backend} ${endpoint}`;

/** What is to be followed in `snapshot`, by key. Backends without checks, ejection and slow start have none. */
export const targetsOf = (snapshot: Snapshot): ReadonlyMap<string, FollowedTarget> =>
  new Map(
    snapshot.spec.backends.flatMap(({ name, healthCheck, outlierDetection, slowStart }) => {
      if (healthCheck === undefined && outlierDetection === undefined && slowStart === undefined) return [];
      const rules: EndpointRules = {
        thresholds: healthCheck && {
          healthyThreshold: healthCheck.healthyThreshold,
          unhealthyThreshold: healthCheck.unhealthyThreshold,
        },
        ejection: outlierDetection && {
          consecutiveFailures: outlierDetection.consecutiveFailures,
          timeMs: durationMs(outlierDetection.ejectionTime),
        },
        slowStartMs: slowStart === undefined ? 0 : durationMs(slowStart),
      };
      const maxEjectionPercent = outlierDetection?.maxEjectionPercent ?? 0;
      return (snapshot.targets.get(name) ?? []).map(({ address, port, weight }): [string, FollowedTarget] => {
        const endpoint = endpointKey({ address, port });
        const check = healthCheck && {
          request: {
            address,
            port: healthCheck.port ?? port,
            timeoutMs: durationMs(healthCheck.timeout),
            kind: kindOf(healthCheck),
          },
          intervalMs: durationMs(healthCheck.interval),
        };
        return [
          targetKey(name, endpoint),
          { backend: name, endpoint, rules, check, weighs: weight > 0, maxEjectionPercent },
        ];
      });
    }),
  );

const kindOf = ({ type, http, tls, grpc }: HealthCheck): CheckKind => {
  switch (type) {
    case 'TCP':
      return { type };
    case 'TLS':
      return { type, serverName: tls?.serverName };
    case 'HTTP':
      return {
        type,
        path: http?.path ?? '/',
        expectedStatuses: http?.expectedStatuses ?? [200],
        host: http?.host,
        tls: http?.tls ?? false,
      };
    case 'GRPC':
      return { type, service: grpc?.service ?? '' };
    default:
      return type satisfies never;
  }
};
