import type { ProxyFinding } from '../../report/finding.ts';
import type { DrainPolicy } from '../configuration/configuration.ts';
import type { Settings } from '../settings/settings.ts';
import { closeMarginMs } from './shutdown.ts';

type StopSettings = Pick<Settings, 'drainDelayMs' | 'gracePeriodMs' | 'source'>;

/** In Kubernetes others learn only after a moment that a pod takes no more clients. */
const KUBERNETES_DELAY_MS = 5_000;

/** The environment wins over the resource. */
const askedMs = ({ drainDelayMs }: StopSettings, drain: DrainPolicy | undefined): number | undefined =>
  drainDelayMs ?? drain?.delayMs;

/** What a delay may take that leaves the connections nothing. */
const halfOf = ({ gracePeriodMs }: StopSettings): number => gracePeriodMs / 2;

const leavesNothing = ({ gracePeriodMs }: StopSettings, delayMs: number): boolean =>
  delayMs > 0 && delayMs >= gracePeriodMs - closeMarginMs(gracePeriodMs);

/** How the proxy stops: what is asked for, else what is usual where it runs. */
export const decideDrain = (
  settings: StopSettings,
  drain: DrainPolicy | undefined,
): { readonly drainDelayMs: number; readonly spread: boolean } => {
  const usual = settings.source.kind === 'Kubernetes' ? Math.min(KUBERNETES_DELAY_MS, halfOf(settings)) : 0;
  const wanted = askedMs(settings, drain) ?? usual;
  const drainDelayMs = leavesNothing(settings, wanted) ? halfOf(settings) : wanted;
  return { drainDelayMs, spread: drain?.spread ?? true };
};

const seconds = (ms: number): string => `${ms / 1000}s`;

/** Says of a delay that it leaves connections no time to end. The resource is held to its own grace period, which may not be the one that counts. */
export const drainFindings = (
  settings: StopSettings,
  drain: DrainPolicy | undefined,
): readonly ProxyFinding[] => {
  const { gracePeriodMs, source } = settings;
  const asked = askedMs(settings, drain);
  if (asked === undefined || !leavesNothing(settings, asked)) return [];
  const delay = settings.drainDelayMs === undefined ? 'drain.delay' : 'L4B_DRAIN_DELAY';
  const grace = source.kind === 'Kubernetes' ? 'workload.terminationGracePeriod' : 'L4B_GRACE_PERIOD';
  const margin = seconds(closeMarginMs(gracePeriodMs));
  return [
    {
      code: 'DrainDelayTooLong',
      path: 'spec.drain.delay',
      message: `${delay} ${seconds(asked)} leaves nothing of ${grace} (${seconds(gracePeriodMs)}, the last ${margin} of it for closing) in which connections could end. On a stop new ones are taken for ${seconds(halfOf(settings))} instead. Shorten the delay, or give more time.`,
    },
  ];
};
