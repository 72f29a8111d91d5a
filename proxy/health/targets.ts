import type { Snapshot } from '../configuration/snapshot.ts';
import { endpointKey } from '../table/table.ts';
import type { CheckRequest } from './check/check.ts';
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
export const targetsOf = ({ configuration, targets }: Snapshot): ReadonlyMap<string, FollowedTarget> =>
  new Map(
    configuration.backends.flatMap(({ name, health: { check, ejection, slowStartMs } }) => {
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
      return (targets.get(name) ?? []).map(({ address, port, weight }): [string, FollowedTarget] => {
        const endpoint = endpointKey({ address, port });
        const asked = check && {
          request: {
            address,
            port: check.port ?? port,
            timeoutMs: check.timeoutMs,
            kind: check.kind,
          },
          intervalMs: check.intervalMs,
        };
        return [
          targetKey(name, endpoint),
          { backend: name, endpoint, rules, check: asked, weighs: weight > 0, maxEjectionPercent },
        ];
      });
    }),
  );
