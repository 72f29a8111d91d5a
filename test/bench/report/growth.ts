import type { Line } from '../line.ts';
import type { PeerName } from '../peer.ts';
import { compare } from './compare.ts';
import { number } from './numbers.ts';
import { type Results, resultOf } from './results.ts';

const COLUMN = 16;
const NAME = 30;

/**
 * For each group a title, then one row for each step that was measured: the median of the step's first
 * figure, and its ratio to the group's first step.
 */
export const renderGrowth = (
  results: Results,
  lines: readonly Line[],
  peers: readonly PeerName[],
): readonly string[] => {
  const groups = Map.groupBy(
    lines.filter(({ growth }) => growth !== undefined),
    ({ growth }) => growth ?? '',
  );
  return [...groups].flatMap(([title, steps]) => {
    const medians = steps.flatMap((step) => {
      const [cost] = compare(step, resultOf(results, step.name, 'loopback')?.samples ?? []);
      if (cost === undefined || Object.keys(cost.summaries).length === 0) return [];
      return [{ name: step.name, of: (peer: PeerName) => cost.summaries[peer]?.median }];
    });
    const [first] = medians;
    if (first === undefined) return [];
    const cell = (peer: PeerName, value: number | undefined): string => {
      const base = first.of(peer);
      if (value === undefined) return '–'.padStart(COLUMN);
      return `${number(value)}${base === undefined ? '' : ` ×${(value / base).toFixed(2)}`}`.padStart(COLUMN);
    };
    return [
      '',
      `CPU per operation in µs, by ${title}; × is against the first row`,
      `${''.padEnd(NAME)}${peers.map((peer) => peer.padStart(COLUMN)).join('')}`,
      ...medians.map(
        ({ name, of }) => `${name.padEnd(NAME)}${peers.map((peer) => cell(peer, of(peer))).join('')}`,
      ),
    ];
  });
};
