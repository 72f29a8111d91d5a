import type { ProxyFinding } from '../../report/finding.ts';
import type { Written } from '../configuration/written.ts';

const NAMED = /^spec\.(listeners|backends)\[([^\]]*)\]/;

/**
 * The engine knows listeners and backends by name, in a table that is sorted; people find them where they are written. What is not
 * written anywhere keeps its name.
 */
export const indexedFindings = (
  findings: readonly ProxyFinding[],
  written: Written | undefined,
): readonly ProxyFinding[] =>
  findings.map((finding) => {
    const [whole = '', list, name = ''] = NAMED.exec(finding.path) ?? [];
    if (list !== 'listeners' && list !== 'backends') return finding;
    const place = written?.[list].get(name);
    return place === undefined
      ? finding
      : { ...finding, path: `${place}${finding.path.slice(whole.length)}` };
  });
