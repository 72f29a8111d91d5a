/**
 * A cluster for end-to-end tests and for `make run`.
 *
 *   node cluster/main.ts up NAME                makes it, or says that it runs; prints its kubeconfig
 *   node cluster/main.ts down NAME              removes every process, interface, mount and file of it
 *   node cluster/main.ts status NAME            says what runs
 *   node cluster/main.ts client NAME COMMAND…   runs a command where clients are
 */
import { abortOnSignals } from '../tooling/process/abort-on-signals.ts';
import { failed } from '../tooling/terminal/failed.ts';
import { openSteps } from '../tooling/terminal/steps.ts';
import { clusterProvider } from './open-cluster.ts';

const USAGE = 'usage: node cluster/main.ts up|down|status|client NAME [COMMAND…]';
const HEARTBEAT_MS = 30_000;

async function main(
  verb: string | undefined,
  name: string | undefined,
  rest: readonly string[],
): Promise<void> {
  if (!verb || !name || !['up', 'down', 'status', 'client'].includes(verb)) throw new Error(USAGE);
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
  child.on('error', (cause) => failed(cause, process.stderr));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal ? 1 : 0);
  });
}

const [verb, name, ...rest] = process.argv.slice(2);
main(verb, name, rest).catch((cause: unknown) => failed(cause, process.stderr));
