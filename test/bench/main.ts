import { writeFileSync } from 'node:fs';
import { abortOnSignals } from '../../tooling/process/abort-on-signals.ts';
import { reportFailure } from '../../tooling/terminal/report-failure.ts';
import { LINES } from './lines/all.ts';
import { whyNoNamespaces } from './network/namespaces.ts';
import { settingName, settingsFor } from './network/setting.ts';
import { type BenchOptions, parseOptions, usage } from './options.ts';
import { peersFrom } from './peers/all.ts';
import { readResults, renderJson } from './report/json.ts';
import { describeMachine, renderMachine } from './report/machine.ts';
import { renderMarkdown } from './report/markdown.ts';
import { renderEnd, renderLine } from './report/print.ts';
import { openProgress } from './report/progress.ts';
import {
  type Results,
  resultOf,
  rotationsOf,
  whyNotAdd,
  withConfigurations,
  withLine,
} from './report/results.ts';
import { paintFor } from './report/table.ts';
import { plannedSeconds, runBench, type Task } from './run-bench.ts';
import { findTools, missingTool, type Tools } from './tools.ts';

const { stdout, stderr } = process;
const paint = paintFor(stdout.isTTY === true);

/** Selects the requested measurements that are possible here; `leftOut` says why the others are not. */
const choose = (options: BenchOptions, tools: Tools, earlier: Results | undefined) => {
  const wanted = LINES.filter(({ name }) => options.lines?.includes(name) ?? true);
  const leftOut: string[] = [];
  const lines = wanted.filter(({ name, tools: needed }) => {
    const missing = needed.filter((tool) => tools.found[tool] === undefined);
    if (missing.length > 0) leftOut.push(`line ${name}: ${missing.map(missingTool).join('; ')}`);
    return missing.length === 0;
  });
  const settings = settingsFor(options.place, options.sysctls).filter((setting) => {
    const why = setting.network === 'namespaces' ? whyNoNamespaces() : undefined;
    if (why !== undefined) leftOut.push(`${settingName(setting)}: ${why}`);
    return why === undefined;
  });
  const tasks = lines.flatMap((line) =>
    settings
      .filter((setting) => line.isFor(setting))
      .map((setting): Task => {
        const before = resultOf(earlier, line.name, settingName(setting));
        const count = Math.min(options.rotations, line.mostRotations ?? options.rotations);
        return { line, setting, rotations: { from: rotationsOf(before), count, agreed: before?.agreed } };
      }),
  );
  return { tasks, leftOut };
};

/** The results to add to, or undefined for a new file. */
const earlierResults = ({ json, add }: BenchOptions): Results | undefined => {
  if (json === undefined) return undefined;
  const existing = readResults(json);
  if (existing !== undefined && !add)
    throw new Error(`${json} already exists: use --add to add to it, or remove it to start over`);
  return existing;
};

const run = async (options: BenchOptions): Promise<void> => {
  const signal = abortOnSignals();
  const tools = findTools();
  const machine = describeMachine();
  const earlier = earlierResults(options);
  const all = peersFrom(tools, options.against).map((peer) => ({ peer, ...peer.find() }));
  const available = all.filter((one) => one.found);
  const { tasks, leftOut } = choose(options, tools, earlier);
  leftOut.push(...all.filter((one) => !one.found).map(({ peer, why }) => `peer ${peer.name}: ${why}`));
  const empty: Results = {
    machine,
    seconds: options.seconds,
    threads: options.threads ?? machine.cores,
    tools: Object.fromEntries(Object.entries(tools.found).map(([name, { version }]) => [name, version])),
    peers: available.map(({ peer: { name }, version }) => ({ name, version, configuration: '' })),
    leftOut,
    lines: [],
  };
  const why = earlier === undefined ? undefined : whyNotAdd(earlier, empty);
  if (why !== undefined) throw new Error(`cannot add to the results in ${options.json}: ${why}`);
  let results = earlier ?? empty;

  stdout.write(`${renderMachine(machine)}\n`);
  for (const { peer, version } of available) if (version !== '') stdout.write(`${peer.name}: ${version}\n`);
  for (const name of ['wrk', 'iperf3'] as const)
    if (tools.found[name]) stdout.write(`${name}: ${tools.found[name].version}\n`);
  for (const text of leftOut) stdout.write(`${paint.bad('left out')}: ${text}\n`);
  if (tasks.length === 0)
    throw new Error(
      leftOut.length > 0
        ? 'nothing can be measured here: install what is missing according to the lines above'
        : 'none of these lines is measured in these settings: test/bench/README.md lists the settings of each line',
    );

  const { seconds, threads } = empty;
  const conditions = { cores: machine.cores, threads, seconds, fileLimit: machine.fileLimit, tools, signal };
  const peers = available.map(({ peer }) => peer);
  await runBench({
    tasks,
    peers,
    conditions,
    progress: openProgress(stderr, plannedSeconds({ tasks, peers, conditions })),
    onRun({ line, setting }, { samples, agreed, sysctls, configurations }) {
      const measured = {
        line: line.name,
        setting: settingName(setting),
        how: line.describe(conditions, agreed),
        ...(agreed === undefined ? {} : { agreed }),
        sysctls,
        samples,
      };
      results = withConfigurations(withLine(results, measured), configurations);
      if (options.json !== undefined) writeFileSync(options.json, renderJson(results, LINES));
      const joined = resultOf(results, measured.line, measured.setting) ?? measured;
      stdout.write(renderLine(results, joined, paint));
    },
  });
  stdout.write(renderEnd(results));
};

const show = async (file: string, markdown: boolean): Promise<void> => {
  const results = readResults(file);
  if (results === undefined) throw new Error(`${file} does not exist`);
  if (markdown) {
    stdout.write(renderMarkdown(results, LINES));
    return;
  }
  stdout.write(`${renderMachine(results.machine)}\n`);
  for (const { name, version } of results.peers) if (version !== '') stdout.write(`${name}: ${version}\n`);
  for (const result of results.lines) stdout.write(renderLine(results, result, paint));
  stdout.write(renderEnd(results));
};

const command = parseOptions(
  process.argv.slice(2),
  LINES.map(({ name }) => name),
);
switch (command.command) {
  case 'Help':
    stdout.write(usage(LINES));
    break;
  case 'Refused':
    for (const problem of command.problems) stderr.write(`${problem}\n`);
    stderr.write('node test/bench/main.ts --help lists the options\n');
    process.exitCode = 2;
    break;
  case 'Show':
    await show(command.file, command.markdown).catch((error: unknown) => reportFailure(error, stderr));
    break;
  case 'Run':
    await run(command.options).catch((error: unknown) => reportFailure(error, stderr));
    break;
  default:
    command satisfies never;
}
