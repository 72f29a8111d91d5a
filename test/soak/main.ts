/** `make soak`: the proxy under a mixed load for half an hour; see USAGE. */
import { abortOnSignals } from '../../tooling/process/abort-on-signals.ts';
import { elapsed } from '../../tooling/terminal/duration.ts';
import { figures, judgeHostile, judgeLatency } from './hostile/hostile-result.ts';
import { runHostile } from './hostile/run-hostile.ts';
import { parseOptions, USAGE } from './options.ts';
import { type Progress, runSoak } from './run-soak.ts';
import { type Check, judge, type SoakResult } from './verdict.ts';

const LINE_EVERY_MS = 10_000;

const progressLine = (p: Progress): string =>
  [
    elapsed(p.atMs).padStart(8),
    `${p.good.toLocaleString('en')} sessions`,
    `${p.killed.toLocaleString('en')} ended by a killed endpoint`,
    `${p.failed} failed`,
    `${p.open} open`,
    `${(p.rssBytes / 1024 / 1024).toFixed(1)} MiB`,
    `${p.descriptors} descriptors`,
    `${p.changes} changes`,
    `${p.rotations} rotations`,
    `${p.deaths} kills`,
  ].join('  ');

/** Returns whether all checks are passed. */
const print = (checks: readonly Check[]): boolean => {
  for (const { what, ok, seen } of checks) console.log(`${ok ? '✓' : '✗'} ${what} (${seen})`);
  return checks.every(({ ok }) => ok);
};

const report = (soaked: SoakResult): boolean => {
  const width = Math.max(...Object.keys(soaked.sessions).map((name) => name.length));
  for (const [name, { good, killed }] of Object.entries(soaked.sessions))
    console.log(
      `${name.padEnd(width)}  ${good.toLocaleString('en').padStart(10)} good  ${killed} ended by a killed endpoint`,
    );
  return print(judge(soaked));
};

const command = parseOptions(process.argv.slice(2));
switch (command.command) {
  case 'Help':
    process.stdout.write(USAGE);
    break;
  case 'Refused':
    console.error(`${command.problem}\n\n${USAGE}`);
    process.exitCode = 2;
    break;
  case 'Hostile': {
    const attacked = runHostile(command.scale, command.isBesideNginx);
    for (const line of figures(attacked)) console.log(line);
    if (!print([...judgeHostile(attacked), ...judgeLatency(attacked)])) process.exitCode = 1;
    break;
  }
  case 'Run': {
    let last = 0;
    const soaked = await runSoak({
      forMs: command.minutes * 60_000,
      acceptors: command.acceptors,
      signal: abortOnSignals(),
      onFailure: (message) => console.log(`✗ ${message}`),
      onProgress(progress) {
        if (progress.atMs - last < LINE_EVERY_MS) return;
        last = progress.atMs;
        console.log(progressLine(progress));
      },
    });
    if (!report(soaked)) process.exitCode = 1;
    break;
  }
  default:
    command satisfies never;
}
