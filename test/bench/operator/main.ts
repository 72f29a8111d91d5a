import { abortOnSignals } from '../../../tooling/process/abort-on-signals.ts';
import { reportFailure } from '../../../tooling/terminal/report-failure.ts';
import { type OperatorProcess, startOperator } from '../../operator/integration/operator.ts';
import { operatorLogin } from '../../operator/integration/rights.ts';
import { startWorld } from '../../operator/integration/world.ts';
import { describeMachine } from '../report/machine.ts';
import { Crowd, NAMESPACE } from './crowd.ts';
import { type OperatorBenchOptions, parseOperatorOptions, USAGE } from './options.ts';
import { measureOperator } from './phases.ts';
import { figuresAsJson, renderFigures } from './report.ts';

const { stdout, stderr } = process;

/** The heap that the operator's image has at the chart's memory limit, 512Mi. */
const HEAP = '--max-semi-space-size=4 --max-old-space-size=154';

const run = async (options: OperatorBenchOptions): Promise<void> => {
  const signal = abortOnSignals();
  const startedAt = performance.now();
  const reportPhase = (phase: string): void => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    stderr.write(`  ${`${seconds} s`.padStart(6)}  ${phase}\n`);
  };
  const machine = describeMachine();
  reportPhase('starting kube-apiserver and etcd');
  // Without the controller manager: its work on pods and ReplicaSets would compete for the cores.
  const world = await startWorld({ controllerManager: false });
  const started: OperatorProcess[] = [];
  try {
    const login = await operatorLogin(world.cp);
    await world.cp.createNamespace(NAMESPACE);
    const crowd = new Crowd(world.transport, options.count, signal);
    const start = (): OperatorProcess => {
      const operator = startOperator(login, [], undefined, { NODE_OPTIONS: HEAP });
      started.push(operator);
      return operator;
    };
    const figures = await measureOperator({ world, crowd, options, start, reportPhase, signal });
    crowd.close();
    if (options.output === 'json') {
      stdout.write(
        `${JSON.stringify({ machine, options, figures: figuresAsJson(figures) }, undefined, 2)}\n`,
      );
      return;
    }
    stdout.write(
      `${machine.cores} cores of ${machine.processor}, ${machine.kernel}, node ${machine.node}; API server, etcd and operator share them\n`,
    );
    stdout.write(`${options.count} L4Balancers, six children each\n\n${renderFigures(figures)}\n`);
  } finally {
    for (const operator of started) await operator.stop('SIGKILL');
    await world.close();
  }
};

const command = parseOperatorOptions(process.argv.slice(2));
switch (command.command) {
  case 'Help':
    stdout.write(USAGE);
    break;
  case 'Refused':
    for (const problem of command.problems) stderr.write(`${problem}\n`);
    stderr.write('node test/bench/operator/main.ts --help lists the options\n');
    process.exitCode = 2;
    break;
  case 'Run':
    await run(command.options).catch((error: unknown) => reportFailure(error, stderr));
    break;
  default:
    command satisfies never;
}
