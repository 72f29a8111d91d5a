import type { Cluster } from '../../cluster/interface/cluster.ts';
import { ADMIN_PORT } from '../../crds/resource-type.ts';
import type { TuningEntry } from '../../report/status.ts';
import { tolerantReport } from '../../report/tolerant.ts';

const reported = tolerantReport.pick({ tuning: true });

/** Merges the tuning that several proxies report: one line for each name, different values side by side. */
export const mergeTuning = (replicas: readonly (readonly TuningEntry[])[]): readonly TuningEntry[] => {
  const merged = new Map<string, TuningEntry>();
  for (const line of replicas.flat()) {
    const before = merged.get(line.name);
    if (!before) merged.set(line.name, line);
    else {
      const hint = before.hint ?? line.hint;
      const values = new Set([...before.effective.split(' / '), line.effective]);
      merged.set(line.name, {
        ...before,
        effective: [...values].join(' / '),
        ok: before.ok && line.ok,
        ...(hint === undefined ? {} : { hint }),
      });
    }
  }
  return [...merged.values()];
};

/** Asks every proxy pod of a selector for its tuning, through the API server. */
export const proxyTuning = async (
  { kubectl }: Cluster,
  selector: string,
): Promise<readonly TuningEntry[]> => {
  const names = (await kubectl(['get', 'pods', '-l', selector, '-o', 'name'])).stdout.trim().split('\n');
  const replicas = await Promise.all(
    names.map(async (name) => {
      const pod = name.replace('pod/', '');
      const path = `/api/v1/namespaces/default/pods/${pod}:${ADMIN_PORT}/proxy/status`;
      return reported.parse(JSON.parse((await kubectl(['get', '--raw', path])).stdout)).tuning;
    }),
  );
  return mergeTuning(replicas);
};
