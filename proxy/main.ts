import '../program/first-moments.js';
import { releaseSignals } from '../program/signals.js';

// Loaded late: all that is imported above a line runs before it.
const argv = process.argv.slice(2);
if (argv.includes('--probe')) {
  releaseSignals();
  const { runProbe } = await import('./probe.ts');
  process.exitCode = await runProbe(argv, process.env, process.stdout);
} else {
  const { runCommand } = await import('./command.ts');
  await runCommand(argv, process.env);
}
