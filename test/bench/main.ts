import { abortOnSignals } from '../../scripts/process/abort-on-signals.ts';
import { failed } from '../../scripts/report/failed.ts';
import type { Line } from './line.ts';
import { LINES } from './lines/all.ts';
import { type BenchOptions, parseOptions, usage } from './options.ts';
import type { PeerName } from './peer.ts';
import { allPeers } from './peers/all.ts';
import { compare } from './report/compare.ts';
import { type MeasuredLine, renderJson } from './report/json.ts';
import { describeMachine, renderMachine } from './report/machine.ts';
import { openProgress } from './report/progress.ts';
import { paintFor, renderNotes, renderTable } from './report/table.ts';
import { plannedSeconds, runBench } from './run-bench.ts';
import { findTools, missingTool } from './tools.ts';

const { stdout, stderr } = process;

/** Lines that can be measured here, and why the others cannot. */
const choose = (options: BenchOptions, tools: ReturnType<typeof findTools>) => {
  const wanted = LINES.filter(({ name }) => options.only?.includes(name) ?? true);
  const missing = (line: Line) => line.tools.filter((name) => tools.found[name] === undefined);
  return {
    lines: wanted.filter((line) => missing(line).length === 0),
    leftOut: wanted
      .filter((line) => missing(line).length > 0)
      .map((line) => `line ${line.name}: ${missing(line).map(missingTool).join('; ')}`),
  };
};

/** A configuration without its comments and empty lines. */
const bare = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
    .map((line) => `  ${line}`)
    .join('\n');

const run = async (options: BenchOptions): Promise<void> => {
  const signal = abortOnSignals();
  const tools = findTools();
  const machine = describeMachine();
  const all = allPeers(tools).map((peer) => ({ peer, ...peer.find() }));
  const there = all.filter((one) => one.found);
  const { lines, leftOut } = choose(options, tools);
  leftOut.push(...all.filter((one) => !one.found).map(({ peer, why }) => `peer ${peer.name}: ${why}`));

  const place = {
    cores: machine.cores,
    seconds: options.seconds,
    fileLimit: machine.fileLimit,
    tools,
    signal,
  };
  const peers = there.map(({ peer }) => peer);
  const report = options.output === 'json' ? stderr : stdout;
  const paint = paintFor(report.isTTY === true);
  report.write(`${renderMachine(machine)}\n`);
  for (const { peer, version } of there) if (version !== '') report.write(`${peer.name}: ${version}\n`);
  for (const [name, found] of Object.entries(tools.found))
    if (name === 'wrk' || name === 'iperf3') report.write(`${name}: ${found.version}\n`);
  for (const text of leftOut) report.write(`${paint.bad('left out')}: ${text}\n`);
  if (lines.length === 0)
    throw new Error('nothing can be measured here; install what is named above and try again');

  const configurations: Partial<Record<PeerName, string>> = {};
  const measured: MeasuredLine[] = [];
  await runBench({
    lines,
    peers,
    options,
    place,
    progress: openProgress(stderr, plannedSeconds({ lines, peers, options, place })),
    onLine(line, linePeers, { samples, configurations: used }) {
      for (const name of Object.keys(used) as PeerName[]) configurations[name] ??= used[name] ?? '';
      const how = line.describe(place);
      measured.push({ line, how, samples });
      if (options.output === 'json') return;
      const names = linePeers.map(({ name }) => name);
      stdout.write(`\n${line.name}: ${line.title}\n`);
      stdout.write(`${how}; medians of ${options.rounds} rounds, lowest–highest below\n`);
      stdout.write(`${renderTable(compare(line, samples), names, paint)}\n`);
      for (const note of renderNotes(samples)) stdout.write(`${paint.dim(note)}\n`);
    },
  });
  const shown = there.map(({ peer: { name }, version }) => ({
    name,
    version,
    configuration: configurations[name] ?? '',
  }));
  if (options.output === 'json') {
    const versions = Object.fromEntries(
      Object.entries(tools.found).map(([name, found]) => [name, found.version]),
    );
    const { rounds, seconds } = options;
    stdout.write(
      renderJson({ machine, rounds, seconds, tools: versions, peers: shown, leftOut, lines: measured }),
    );
    return;
  }
  stdout.write('\nConfigurations, as each peer ran for its first line (templates in test/bench/peers)\n');
  for (const { name, configuration } of shown)
    if (configuration !== '') stdout.write(`${name}\n${bare(configuration)}\n`);
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
  case 'Run':
    await run(command.options).catch((error: unknown) => failed(error, stderr));
    break;
  default:
    command satisfies never;
}
