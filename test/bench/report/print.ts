import { takesPart } from '../line.ts';
import { LINES } from '../lines/all.ts';
import { compare } from './compare.ts';
import { renderGrowth } from './growth.ts';
import { type LineResult, type Results, rotationsOf } from './results.ts';
import { type Paint, renderNotes, renderTable } from './table.ts';
import { renderVerdicts, verdictsOf } from './verdicts.ts';

const peerNames = ({ peers }: Results, line: Parameters<typeof takesPart>[0]) =>
  peers.map(({ name }) => name).filter((name) => takesPart(line, name));

/** The table of one line in one setting, with what is needed to read it. */
export const renderLine = (results: Results, result: LineResult, paint: Paint): string => {
  const line = LINES.find(({ name }) => name === result.line);
  if (line === undefined) return `\n${result.line}: no such line in this version\n`;
  const sysctls = Object.entries(result.sysctls).map(([name, value]) => `${name}=${value}`);
  return [
    '',
    `${line.name}, ${result.setting}: ${line.title}`,
    `${result.how}; medians of ${rotationsOf(result)} rotations, lowest–highest below`,
    ...(result.setting === 'loopback' ? [] : [paint.dim(`the balancer's ${sysctls.join(', ')}`)]),
    ...(line.peers === undefined ? [] : [paint.dim(line.peers.why)]),
    renderTable(compare(line, result.samples), peerNames(results, line), paint),
    ...renderNotes(result.samples).map((note) => paint.dim(note)),
    '',
  ].join('\n');
};

/** A configuration without comments and empty lines, indented. */
const bare = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
    .map((line) => `  ${line}`)
    .join('\n');

/** The end of the report: growth tables, figures that fall short, configurations. */
export const renderEnd = (results: Results): string =>
  [
    ...renderGrowth(results, LINES, peerNames(results, { withoutBalancer: false })),
    '',
    ...renderVerdicts(verdictsOf(results, LINES)),
    '',
    'Configurations of each peer in its first line (templates, with reasons, are in test/bench/peers)',
    ...results.peers
      .filter(({ configuration }) => configuration !== '')
      .map(({ name, configuration }) => `${name}\n${bare(configuration)}`),
    '',
  ].join('\n');
