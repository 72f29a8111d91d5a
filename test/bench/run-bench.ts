import type { Conditions } from './environment.ts';
import { type Line, takesPart } from './line.ts';
import { type Setting, settingName } from './network/setting.ts';
import type { Peer } from './peer.ts';
import type { Progress } from './report/progress.ts';
import { type LineRun, type Rotations, runLine } from './run-line.ts';

/** One line in one setting. */
export interface Task {
  readonly line: Line;
  readonly setting: Setting;
  readonly rotations: Rotations;
}

export interface Bench {
  readonly tasks: readonly Task[];
  readonly peers: readonly Peer[];
  readonly conditions: Conditions;
  readonly progress: Progress;
  /** Called with the figures of each line as soon as it is measured. */
  readonly onRun: (task: Task, run: LineRun) => void;
}

const WARM_UP_SECONDS = 5;
const BETWEEN_SECONDS = 0.5;
/** Approximate time to start everything anew. */
const FRESH_SECONDS = 1.5;

const peersFor = (line: Line, peers: readonly Peer[]): readonly Peer[] =>
  peers.filter(({ name }) => takesPart(line, name));

/** Seconds planned for one measurement and for one warm-up of a line. */
const plan = (line: Line, conditions: Conditions) => ({
  measurement: line.duration(conditions) + BETWEEN_SECONDS + (line.fresh ? FRESH_SECONDS : 0),
  warmUp: line.fresh ? 0 : WARM_UP_SECONDS,
});

/** Seconds that the tasks are planned to take. */
export const plannedSeconds = ({
  tasks,
  peers,
  conditions,
}: Pick<Bench, 'tasks' | 'peers' | 'conditions'>): number =>
  tasks.reduce((sum, { line, rotations }) => {
    const { measurement, warmUp } = plan(line, conditions);
    return sum + peersFor(line, peers).length * (rotations.count * measurement + warmUp);
  }, 0);

/** Runs the tasks one after the other. */
export const runBench = async (bench: Bench): Promise<void> => {
  const { tasks, conditions, progress, onRun } = bench;
  let planned = plannedSeconds(bench);
  for (const task of tasks) {
    const { line, setting, rotations } = task;
    const { measurement, warmUp } = plan(line, conditions);
    const name = `${line.name}, ${settingName(setting)}`;
    const last = rotations.from + rotations.count;
    try {
      const run = await runLine({
        ...task,
        peers: peersFor(line, bench.peers),
        conditions,
        onStep(peer, rotation) {
          progress.step({ line: name, rotation, rotations: last, peer }, planned);
          planned -= rotation === 0 ? warmUp : measurement;
        },
      });
      progress.clear();
      onRun(task, run);
    } finally {
      progress.clear();
    }
  }
};
