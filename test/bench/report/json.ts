import type { Line } from '../line.ts';
import type { PeerName } from '../peer.ts';
import type { Sample } from './compare.ts';
import { compare } from './compare.ts';
import type { Machine } from './machine.ts';

export interface MeasuredLine {
  readonly line: Line;
  readonly how: string;
  readonly samples: readonly Sample[];
}

export interface Report {
  readonly machine: Machine;
  readonly rounds: number;
  readonly seconds: number;
  readonly tools: Readonly<Record<string, string>>;
  readonly peers: readonly {
    readonly name: PeerName;
    readonly version: string;
    readonly configuration: string;
  }[];
  /** Peers and lines left out, and why. */
  readonly leftOut: readonly string[];
  readonly lines: readonly MeasuredLine[];
}

/** The report as one JSON document: every single value beside the medians and ratios. */
export const renderJson = ({ lines, ...rest }: Report): string =>
  `${JSON.stringify(
    {
      ...rest,
      lines: lines.map(({ line, how, samples }) => ({
        name: line.name,
        title: line.title,
        how,
        figures: compare(line, samples).map(({ figure, summaries, ratio, reached }) => ({
          ...figure,
          summaries,
          ratio,
          reached,
        })),
        samples,
      })),
    },
    undefined,
    2,
  )}\n`;
