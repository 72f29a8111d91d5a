import type { Cluster } from '../../cluster/interface/cluster.ts';
import { ADMIN_PORT } from '../../crds/l4balancer.ts';
import type { TuningLine } from '../report/report.ts';

/** Merges what several proxies say of their tuning: one line for each name, different values side by side. */
export const mergeTuning = (replicas: readonly (readonly TuningLine[])[]): readonly TuningLine[] => {
  const merged = new Map<string, TuningLine>();
  for (const line of replicas.flat()) {
    const before = merged.get(line.name);
    if (!before) merged.set(line.name, line);
    else {
      const values = new Set([...before.effective.split(' / '), line.effective]);
      merged.set(line.name, {
        ...before,
        effective: [...values].join(' / '),
        ok: before.ok && line.ok,
        hint: before.hint ?? line.hint,
      });
    }
  }
  return [...merged.values()];
};

/** Asks every proxy pod of a selector for its tuning, through the API server. */
export const proxyTuning = async ({ kubectl }: Cluster, selector: string): Promise<readonly TuningLine[]> => {
  const names = (await kubectl(['get', 'pods', '-l', selector, '-o', 'name'])).stdout.trim().split('\n');
  const replicas = await Promise.all(
    names.map(async (name) => {
      const pod = name.replace('pod/', '');
      const path = `/api/v1/namespaces/default/pods/${pod}:${ADMIN_PORT}/proxy/status`;
      const { tuning } = JSON.parse((await kubectl(['get', '--raw', path])).stdout) as {
        tuning: TuningLine[];
      };
      return tuning;
    }),
  );
  return mergeTuning(replicas);
};
