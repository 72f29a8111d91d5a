import type { Finding } from '../../crds/finding.ts';
import type { EngineStats } from '../engine/stats.ts';

/** How long a shortage is told after it was seen last, so that who looks a moment later still sees it. */
const TOLD_MS = 60_000;

/**
 * Finds clients that wait, or whose connections ended, because there was no file descriptor or source port. The answer is
 * called with the counters again and again, and returns what is to be told now.
 */
export const watchShortage = (options: {
  /** File descriptors that the process may hold. */
  readonly fileDescriptors: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}): ((stats: Pick<EngineStats, 'closes' | 'acceptors'>) => readonly Finding[]) => {
  let before = 0;
  let seenAt = Number.NEGATIVE_INFINITY;
  return ({ closes, acceptors }) => {
    const total = closes.find(({ reason }) => reason === 'NoDescriptors')?.total ?? 0;
    if (total > before || acceptors.some(({ paused }) => paused)) seenAt = options.now();
    before = total;
    if (options.now() - seenAt > TOLD_MS) return [];
    return [
      {
        path: 'spec.tuning.fileDescriptors',
        message: `Clients wait or are closed at once: file descriptors or source ports have run out. The limit in effect is ${options.fileDescriptors} file descriptors, two for each connection. Raise spec.tuning.fileDescriptors and the container runtime's limit, widen net.ipv4.ip_local_port_range, or add replicas.`,
      },
    ];
  };
};
