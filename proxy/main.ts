import '../program/first-moments.js';
import { releaseSignals } from '../program/signals.js';

// These modules are loaded late, because all static imports run before this line.
const argv = process.argv.slice(2);
if (argv.includes('--probe')) {
  releaseSignals();
  const { runProbe } = await import('./probe.ts');
  process.exitCode = await runProbe(argv, process.env, process.stdout);
} else {
  const { runCommand } = await import('./command.ts');
  await runCommand(argv, process.env);
}
