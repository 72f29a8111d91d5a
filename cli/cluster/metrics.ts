import { readDirectly } from './direct.ts';
import { proxyPath, type Reach } from './pages.ts';
import type { Pod } from './pods.ts';
import { type Sample, sampleOf } from './samples.ts';
import type { Session } from './session.ts';

const TIMEOUT_MS = 5_000;

/** Metrics of one proxy, read at one moment. */
export interface Scrape {
  readonly pod: string;
  /** By a clock that is never set; in milliseconds. */
  readonly atMs: number;
  readonly samples: readonly Sample[];
}

const wantedIn = (lines: Iterable<string>, wanted: ReadonlySet<string>): Sample[] => {
  const found: Sample[] = [];
  for (const line of lines) {
    // Most lines are of other metrics, and need no parsing.
    const end = line.search(/[{ ]/);
    if (end < 1 || !wanted.has(line.slice(0, end))) continue;
    const sample = sampleOf(line);
    if (sample !== undefined) found.push(sample);
  }
  return found;
};

/**
 * Reads these metrics of the proxies. A proxy that does not answer is left out: its report says why. Never
 * rejects.
 */
export const readMetrics = async (
  session: Session,
  pods: readonly Pod[],
  wanted: ReadonlySet<string>,
  { direct }: Reach,
): Promise<readonly Scrape[]> => {
  const scrapes = await Promise.all(
    pods
      .filter(({ isRunning, isLeaving }) => isRunning && !isLeaving)
      .map(async (pod): Promise<Scrape | undefined> => {
        try {
          const lines = direct
            ? (await readDirectly(pod, 'metrics', TIMEOUT_MS)).split('\n')
            : await readThroughApi(session, pod);
          return { pod: pod.name, atMs: performance.now(), samples: wantedIn(lines, wanted) };
        } catch {
          return undefined; // the same proxy is asked for its report, and that says why it does not answer
        }
      }),
  );
  return scrapes.filter((one) => one !== undefined);
};

const readThroughApi = async ({ transport, namespace }: Session, pod: Pod): Promise<readonly string[]> => {
  const path = proxyPath(namespace, pod, 'metrics');
  return await Array.fromAsync(transport.lines({ method: 'GET', path, timeoutMs: TIMEOUT_MS }));
};
