import type { Snapshot } from '../configuration/snapshot.ts';
import { endpointKey } from '../table/table.ts';
import type { CheckRequest } from './check/check.ts';
import type { EndpointRules } from './state.ts';

/** An endpoint of a backend to monitor, with the settings for it. */
export interface FollowedTarget {
  readonly backend: string;
  /** As `endpointKey` writes it. */
  readonly endpoint: string;
  readonly rules: EndpointRules;
  /** Undefined if the backend has no health check. */
  readonly check: { readonly request: CheckRequest; readonly intervalMs: number } | undefined;
  /** True if its weight is above 0, so that it may take connections. */
  readonly hasWeight: boolean;
  /** Percentage of its backend's endpoints that may be ejected at once. */
  readonly maxEjectionPercent: number;
}

/** Key of a target. The same address in two backends is monitored twice, because the checks may differ. */
export const targetKey = (backend: string, endpoint: string): string => `${backend} ${endpoint}`;

/**
 * The endpoints to monitor in `snapshot`, by key. Backends without checks, ejection and slow start have none.
 */
export const targetsOf = ({ configuration, targets }: Snapshot): ReadonlyMap<string, FollowedTarget> =>
  new Map(
    configuration.backends.flatMap(
      ({ name, policy, credentials, health: { check, ejection, slowStartMs } }) => {
        if (check === undefined && ejection === undefined && slowStartMs === 0) return [];
        const rules: EndpointRules = {
          thresholds: check?.thresholds,
          ejection: ejection && {
            consecutiveFailures: ejection.consecutiveFailures,
            timeMs: ejection.timeMs,
          },
          slowStartMs,
        };
        const maxEjectionPercent = ejection?.maxPercent ?? 0;
        const tls = policy.tls && { policy: policy.tls, credentials: credentials ?? {} };
        return (targets.get(name) ?? []).map(({ address, port, weight }): [string, FollowedTarget] => {
          const endpoint = endpointKey({ address, port });
          const followedCheck = check && {
            request: {
              address,
              port: check.port ?? port,
              timeoutMs: check.timeoutMs,
              kind: check.kind,
              // A port of its own is for checks, and knows nothing of clients.
              ...(policy.proxyProtocol === undefined || check.port !== undefined
                ? {}
                : { proxyProtocol: policy.proxyProtocol.version }),
              ...(tls === undefined || check.port !== undefined ? {} : { tls }),
            },
            intervalMs: check.intervalMs,
          };
          return [
            targetKey(name, endpoint),
            {
              backend: name,
              endpoint,
              rules,
              check: followedCheck,
              hasWeight: weight > 0,
              maxEjectionPercent,
            },
          ];
        });
      },
    ),
  );
