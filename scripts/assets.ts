/**
 * Finds, downloads or builds the programs that tests and `make run` need, and prints where they are.
 *
 *   node scripts/assets.ts                       all programs of a cluster: prints their folder
 *   node scripts/assets.ts etcd kube-apiserver   these: prints their folder
 *   node scripts/assets.ts helm                  a tool, such as kind or krew: prints the program's path
 */
import { CLUSTER_PROGRAMS, TOOLS } from '../tooling/assets/catalogue.ts';
import { clusterPrograms, toolProgram } from '../tooling/assets/programs.ts';
import { abortOnSignals } from '../tooling/process/abort-on-signals.ts';
import { reportFailure } from '../tooling/terminal/report-failure.ts';
import { openSteps } from '../tooling/terminal/steps.ts';

const HEARTBEAT_MS = 30_000;

const wanted = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : CLUSTER_PROGRAMS;
const options = { signal: abortOnSignals(), steps: openSteps(process.stderr, { quietMs: HEARTBEAT_MS }) };
try {
  const unknown = names.filter((name) => !CLUSTER_PROGRAMS.includes(name) && !(name in TOOLS));
  if (unknown.length > 0) {
    const known = [...CLUSTER_PROGRAMS, ...Object.keys(TOOLS)].join(', ');
    throw new Error(`unknown program ${unknown.join(', ')}: expected ${known}`);
  }
  const programs = names.filter((name) => !(name in TOOLS));
  if (programs.length > 0) console.log(await clusterPrograms(programs, options));
  for (const tool of names.filter((name) => name in TOOLS)) console.log(await toolProgram(tool, options));
} catch (error) {
  reportFailure(error, process.stderr);
}
