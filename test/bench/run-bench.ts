import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLeash } from '../cluster/leash.ts';
import type { Line } from './line.ts';
import type { BenchOptions } from './options.ts';
import type { Peer } from './peer.ts';
import type { Conditions } from './place.ts';
import type { Progress } from './report/progress.ts';
import { type LineRun, runLine } from './run-line.ts';

export interface Bench {
  readonly lines: readonly Line[];
  readonly peers: readonly Peer[];
  readonly options: BenchOptions;
  readonly place: Conditions;
  readonly progress: Progress;
  /** Told each line's figures as soon as they are there. */
  readonly onLine: (line: Line, peers: readonly Peer[], run: LineRun) => void;
}

const WARM_UP_SECONDS = 3;
const BETWEEN_SECONDS = 0.5;

const peersFor = (line: Line, peers: readonly Peer[]): readonly Peer[] =>
  line.withoutBalancer ? peers : peers.filter(({ name }) => name !== 'no balancer');

/** Seconds planned for one measurement and for one warm-up of a line. */
const plan = (line: Line, place: Conditions) => ({
  measurement: line.duration(place) + BETWEEN_SECONDS,
  warmUp: line.freshPeer ? 0 : WARM_UP_SECONDS,
});

/** Seconds that the lines are planned to take. */
export const plannedSeconds = ({
  lines,
  peers,
  options,
  place,
}: Pick<Bench, 'lines' | 'peers' | 'options' | 'place'>): number =>
  lines.reduce((sum, line) => {
    const { measurement, warmUp } = plan(line, place);
    return sum + peersFor(line, peers).length * (options.rounds * measurement + warmUp);
  }, 0);

/** Measures the lines one after the other. Whatever happens, nothing that it started is left running. */
export const runBench = async (bench: Bench): Promise<void> => {
  const { lines, options, place, progress, onLine } = bench;
  let planned = plannedSeconds(bench);
  for (const line of lines) {
    const peers = peersFor(line, bench.peers);
    const { measurement, warmUp } = plan(line, place);
    const leash = openLeash(mkdtempSync(join(tmpdir(), 'l4balancer-bench-')));
    try {
      const run = await runLine(line, peers, { ...place, leash }, options.rounds, (peer, round) => {
        progress.step({ line: line.name, round, rounds: options.rounds, peer }, planned);
        planned -= round === 0 ? warmUp : measurement;
      });
      progress.clear();
      onLine(line, peers, run);
    } finally {
      progress.clear();
      await leash.release();
    }
  }
};
