import type { Drain } from '../../crds/drain.ts';
import { durationMs } from '../../crds/duration.ts';
import type { Settings } from '../settings.ts';

/** In Kubernetes others learn only after a moment that a pod takes no more clients. */
const KUBERNETES_DELAY_MS = 5_000;

/** How the proxy stops: the environment wins over the resource, the resource over what is usual where it runs. */
export const decideDrain = (
  { drainDelayMs, gracePeriodMs, source }: Pick<Settings, 'drainDelayMs' | 'gracePeriodMs' | 'source'>,
  drain: Drain | undefined,
): { readonly drainDelayMs: number; readonly spread: boolean } => {
  const usual = source.kind === 'Kubernetes' ? Math.min(KUBERNETES_DELAY_MS, gracePeriodMs / 2) : 0;
  const asked = drain?.delay === undefined ? undefined : durationMs(drain.delay);
  return { drainDelayMs: drainDelayMs ?? asked ?? usual, spread: drain?.spread ?? true };
};
