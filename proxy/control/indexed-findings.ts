import type { ProxyFinding } from '../../report/finding.ts';
import type { Written } from '../configuration/snapshot.ts';

const NAMED = /^spec\.(listeners|backends)\[([^\]]*)\]/;

/**
 * The engine knows listeners and backends by name, in a table that is sorted; people find them in `spec` by their place. What `spec` does
 * not have keeps its name.
 */
export const indexedFindings = (
  findings: readonly ProxyFinding[],
  spec: Written | undefined,
): readonly ProxyFinding[] =>
  findings.map((finding) => {
    const [whole = '', list, name] = NAMED.exec(finding.path) ?? [];
    if (spec === undefined || (list !== 'listeners' && list !== 'backends')) return finding;
    const index = spec[list].findIndex((one) => one.name === name);
    return index < 0
      ? finding
      : { ...finding, path: `spec.${list}[${index}]${finding.path.slice(whole.length)}` };
  });
