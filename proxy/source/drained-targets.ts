import { drainedBy } from '../../crds/drained.ts';
import { formatValue } from '../../crds/format-value.ts';
import type { ProxyFinding } from '../../report/finding.ts';
import type { BackendConfiguration } from '../configuration/configuration.ts';
import type { Target } from '../configuration/target.ts';
import { backendPath, type WrittenPaths } from '../configuration/written-paths.ts';

export interface DrainedTargets {
  readonly targets: readonly Target[];
  /** About entries of `drained` that mean none of the endpoints. */
  readonly findings: readonly ProxyFinding[];
}

/** The targets of a backend, of which the drained ones take no new connections. */
export const drainTargets = (
  { name, drained }: Pick<BackendConfiguration, 'name' | 'drained'>,
  written: WrittenPaths,
  targets: readonly Target[],
): DrainedTargets => {
  if (drained.length === 0) return { targets, findings: [] };
  const entriesOf = drainedBy(drained);
  const met = new Set<string>();
  const all = targets.map((target) => {
    const entries = entriesOf(target);
    for (const entry of entries) met.add(entry);
    return entries.length === 0 ? target : { ...target, weight: 0, drained: true };
  });
  const unknown = drained.filter((entry) => !met.has(entry)).map(formatValue);
  if (unknown.length === 0) return { targets: all, findings: [] };
  const message = `backend "${name}" has no endpoint ${unknown.join(', ')}, which drained names. Correct it, or remove it: a later endpoint with that address would be drained at once`;
  const path = `${backendPath(written, name)}.drained`;
  return { targets: all, findings: [{ code: 'DrainedUnknown', backend: name, path, message }] };
};
