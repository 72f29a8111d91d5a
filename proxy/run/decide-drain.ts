import type { ProxyFinding } from '../../report/finding.ts';
import type { DrainPolicy } from '../configuration/configuration.ts';
import { DEFAULTS } from '../configuration/defaults.ts';
import type { Settings } from '../settings/settings.ts';
import { closeMarginMs } from './shutdown.ts';

interface StopSettings extends Pick<Settings, 'drainDelayMs' | 'gracePeriodMs'> {
  readonly inCluster: boolean;
}

/** In Kubernetes it takes a moment until all clients know that a pod no longer accepts connections. */
const KUBERNETES_DELAY_MS = 5_000;

/** The environment takes precedence over the resource. */
const requestedMs = ({ drainDelayMs }: StopSettings, drain: DrainPolicy | undefined): number | undefined =>
  drainDelayMs ?? drain?.delayMs;

/** The delay that replaces one that would leave no time for connections. */
const halfOfGracePeriod = ({ gracePeriodMs }: StopSettings): number => gracePeriodMs / 2;

const leavesNoTime = ({ gracePeriodMs }: StopSettings, delayMs: number): boolean =>
  delayMs > 0 && delayMs >= gracePeriodMs - closeMarginMs(gracePeriodMs);

/** How the proxy stops: as requested, or with the defaults of its environment. */
export const decideDrain = (
  settings: StopSettings,
  drain: DrainPolicy | undefined,
): { readonly drainDelayMs: number; readonly spread: boolean } => {
  const defaultMs = settings.inCluster ? Math.min(KUBERNETES_DELAY_MS, halfOfGracePeriod(settings)) : 0;
  const delayMs = requestedMs(settings, drain) ?? defaultMs;
  const drainDelayMs = leavesNoTime(settings, delayMs) ? halfOfGracePeriod(settings) : delayMs;
  return { drainDelayMs, spread: (drain ?? DEFAULTS.drain).spread };
};

const seconds = (ms: number): string => `${ms / 1000}s`;

/**
 * Reports a delay that leaves connections no time to end. The schema checks the delay against the resource's
 * own grace period, but another one may apply.
 */
export const drainFindings = (
  settings: StopSettings,
  drain: DrainPolicy | undefined,
): readonly ProxyFinding[] => {
  const { gracePeriodMs, inCluster } = settings;
  const delayMs = requestedMs(settings, drain);
  if (delayMs === undefined || !leavesNoTime(settings, delayMs)) return [];
  const delay = settings.drainDelayMs === undefined ? 'drain.delay' : 'L4B_DRAIN_DELAY';
  const grace = inCluster ? 'workload.terminationGracePeriod' : 'L4B_GRACE_PERIOD';
  const margin = seconds(closeMarginMs(gracePeriodMs));
  return [
    {
      code: 'DrainDelayTooLong',
      path: 'spec.drain.delay',
      message: `${delay} ${seconds(delayMs)} leaves no time of ${grace} (${seconds(gracePeriodMs)}, of which ${margin} are reserved for closing) for open connections to end. New connections are accepted for ${seconds(halfOfGracePeriod(settings))} after SIGTERM instead. Shorten the delay, or extend the grace period.`,
    },
  ];
};
