import type { Line } from '../line.ts';
import type { PeerName } from '../peer.ts';
import { type Comparison, compare } from './compare.ts';
import { count, number, range } from './numbers.ts';
import { type LineResult, type Results, rotationsOf } from './results.ts';

/** Settings, as short as RESULTS.md names them. */
const WHERE: Readonly<Record<string, string>> = {
  loopback: 'loopback',
  'namespaces, default sysctls': 'ns, default',
  'namespaces, guide sysctls': 'ns, guide',
};

const cell = ({ figure, summaries }: Comparison, peer: PeerName): string => {
  const summary = summaries[peer];
  if (summary === undefined) return '–';
  const show = figure.unit === '' ? count : number;
  const spread = range(summary.min, summary.max, show);
  const median = show(summary.median);
  return spread === median ? median : `${median} (${spread})`;
};

const rowsOf = (result: LineResult, line: Line, peers: readonly PeerName[]): readonly string[] =>
  compare(line, result.samples).flatMap((one) => {
    const { figure, ratio, reached, target } = one;
    if (ratio === undefined) return [];
    const unit = figure.unit === '' || figure.unit === '1/s' ? '' : ` (${figure.unit})`;
    const verdict = `${ratio.toFixed(2)}${reached === true ? '' : ' short'}`;
    const needed =
      figure.needed === undefined ? '' : ` (${figure.better === 'Higher' ? '≥' : '≤'} ${target.toFixed(2)})`;
    const cells = [
      line.name,
      WHERE[result.setting] ?? result.setting,
      String(rotationsOf(result)),
      `${figure.name}${unit}`,
      ...peers.map((peer) => cell(one, peer)),
      `${verdict}${needed}`,
    ];
    return [`| ${cells.join(' | ')} |`];
  });

/**
 * The compared figures as tables for RESULTS.md: one for each set of peers that lines are measured with,
 * except no balancer.
 */
export const renderMarkdown = (results: Results, lines: readonly Line[]): string => {
  const tables = new Map<string, { peers: readonly PeerName[]; rows: string[] }>();
  for (const result of results.lines) {
    const line = lines.find(({ name }) => name === result.line);
    if (line === undefined) continue;
    const measured = new Set(result.samples.map(({ peer }) => peer));
    const peers = results.peers
      .map(({ name }) => name)
      .filter((name) => measured.has(name) && name !== 'no balancer');
    const table = tables.get(peers.join()) ?? { peers, rows: [] };
    table.rows.push(...rowsOf(result, line, peers));
    tables.set(peers.join(), table);
  }
  return [...tables.values()]
    .map(({ peers, rows }) => {
      const head = ['line', 'where', 'n', 'figure', ...peers, 'ratio'];
      return [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows, ''].join('\n');
    })
    .join('\n');
};
