import type { ProxyFinding } from '../../report/finding.ts';
import type { CheckResult } from '../health/check/result.ts';
import type { FollowedTarget } from '../health/targets.ts';

/** A reason is reported at least this long, so that someone who looks a moment later still sees it. */
const REPORTED_MS = 60_000;

interface Unmade {
  readonly reason: string;
  readonly until: number;
}

/** Notices health checks that this proxy or its machine cannot make. They leave endpoints as they are. */
export interface UnmadeChecks {
  onResult(target: Pick<FollowedTarget, 'backend' | 'check'>, result: CheckResult): void;
  /** One finding for each backend concerned. */
  findings(): readonly ProxyFinding[];
}

/** `now` returns milliseconds of a monotonic clock. */
export const watchUnmadeChecks = (now: () => number): UnmadeChecks => {
  const byBackend = new Map<string, Unmade>();
  return {
    onResult({ backend, check }, result) {
      if (result.ok || result.failure !== 'Local') return;
      // Longer than until the next check, whose result renews it.
      const until = now() + Math.max(REPORTED_MS, 2 * (check?.intervalMs ?? 0));
      byBackend.set(backend, { reason: result.reason, until });
    },
    findings() {
      for (const [backend, { until }] of byBackend) if (now() > until) byBackend.delete(backend);
      return [...byBackend].map(([backend, { reason }]) => ({
        code: 'ChecksNotMade',
        path: `spec.backends[${backend}].healthCheck`,
        backend,
        message: `Health checks of backend "${backend}" cannot be made, so they take no endpoint out of service: ${reason}`,
      }));
    },
  };
};
