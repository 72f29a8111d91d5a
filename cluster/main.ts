/** A cluster for end-to-end tests and for `make run`; see USAGE. */
import { abortOnSignals } from '../tooling/process/abort-on-signals.ts';
import { parseCommandLine, refuse } from '../tooling/terminal/command-line.ts';
import { reportFailure } from '../tooling/terminal/report-failure.ts';
import { openSteps } from '../tooling/terminal/steps.ts';
import { clusterProvider } from './open-cluster.ts';

const USAGE = `A cluster for end-to-end tests and for make run: kind if docker responds, else our own, which needs root.

  node cluster/main.ts up NAME                create the cluster, or find it running; print its kubeconfig
  node cluster/main.ts down NAME              remove every process, interface, mount and file of it
  node cluster/main.ts status NAME            list its parts and whether each is healthy
  node cluster/main.ts client NAME COMMAND…   run a command in the network of the clients
  node cluster/main.ts --help
`;
const VERBS = ['up', 'down', 'status', 'client'];
const HEARTBEAT_MS = 30_000;

async function main(verb: string, name: string, rest: readonly string[]): Promise<void> {
  const steps = openSteps(process.stderr, { quietMs: HEARTBEAT_MS });
  if (verb === 'down') {
    // A Ctrl-C must not stop it half-way: the first is ignored, the second exits.
    abortOnSignals();
    const provider = await clusterProvider();
    await steps.run(`cluster ${name} down`, () => provider.down(name));
    return;
  }
  if (verb === 'up') {
    const signal = abortOnSignals();
    const provider = await clusterProvider(signal);
    const { cluster } = await steps.run(`cluster ${name}, 2 nodes`, (progress) =>
      provider.up(name, { progress, signal }),
    );
    console.log(cluster.kubeconfig);
    return;
  }
  const provider = await clusterProvider();
  const lines = await provider.status(name);
  if (verb === 'status') {
    for (const line of lines) console.log(line);
    return;
  }
  const child = (await provider.up(name, {})).cluster.runInClient(rest, { stdio: 'inherit' });
  child.on('error', (cause) => reportFailure(cause, process.stderr));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal ? 1 : 0);
  });
}

const argv = process.argv.slice(2);
// What follows the name belongs to the client's command, options included.
const args = argv[0] === 'client' ? argv.slice(0, 2) : argv;
const [verb = '', name] = parseCommandLine(USAGE, { args, allowPositionals: true }).positionals;
if (!VERBS.includes(verb)) refuse(`Unknown command "${verb}": expected ${VERBS.join(', ')}`);
if (!name) refuse(`${verb}: the name of the cluster is missing`);
else main(verb, name, argv.slice(2)).catch((cause: unknown) => reportFailure(cause, process.stderr));
