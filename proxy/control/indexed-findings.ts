import type { ProxyFinding } from '../../report/finding.ts';
import type { WrittenPaths } from '../configuration/written-paths.ts';

const NAMED = /^spec\.(listeners|backends)\[([^\]]*)\]/;

/**
 * Replaces names in the paths of findings by indexes. The engine knows listeners and backends by name, in a
 * sorted table; people look for them where they wrote them. The path of an unknown name is left unchanged.
 */
export const indexedFindings = (
  findings: readonly ProxyFinding[],
  written: WrittenPaths | undefined,
): readonly ProxyFinding[] =>
  findings.map((finding) => {
    const [whole = '', list, name = ''] = NAMED.exec(finding.path) ?? [];
    if (list !== 'listeners' && list !== 'backends') return finding;
    const path = written?.[list].get(name);
    return path === undefined ? finding : { ...finding, path: `${path}${finding.path.slice(whole.length)}` };
  });
