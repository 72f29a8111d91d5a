import { endpointIdentity } from './canonical-address.ts';
import { formatValue } from './format-value.ts';
import { isRecord } from './normalise.ts';
import { formatPath, type Path, valueAt } from './path.ts';
import type { Problem } from './schema-findings.ts';

/** Calls `use` with each entry of a list that is an object. */
const eachEntry = (list: unknown, use: (entry: Record<string, unknown>, index: number) => void): void => {
  if (!Array.isArray(list)) return;
  for (const [index, entry] of list.entries()) if (isRecord(entry)) use(entry, index);
};

/**
 * Endpoints of a backend that are the same but written in two notations. Checked only in manifest files: in
 * CEL each endpoint would have to be compared with each other one, which exceeds the API server's cost limit
 * for a rule. In a cluster the proxy uses the first and reports a finding.
 */
export const respelledEndpoints = (spec: unknown): Problem[] => {
  const problems: Problem[] = [];
  eachEntry(valueAt(spec, ['backends']), ({ endpoints }, i) => {
    const seen = new Map<string, { readonly address: string; readonly at: Path }>();
    eachEntry(endpoints, ({ address, port }, j) => {
      if (typeof address !== 'string' || typeof port !== 'number') return;
      const at = ['spec', 'backends', i, 'endpoints', j];
      const identity = endpointIdentity({ address, port });
      const first = seen.get(identity);
      if (first === undefined) seen.set(identity, { address, at });
      else if (first.address !== address)
        problems.push({
          at,
          message: (lineOf) =>
            `${formatValue(address)} port ${port} is the endpoint at ${formatPath(first.at)}${lineOf(first.at)}, ${formatValue(first.address)}, in another notation: remove one of them`,
        });
    });
  });
  return problems;
};
