/** `make images`; see USAGE. */
import { buildImages } from '../tooling/images/build-images.ts';
import { abortOnSignals } from '../tooling/process/abort-on-signals.ts';
import { parseCommandLine } from '../tooling/terminal/command-line.ts';
import { reportFailure } from '../tooling/terminal/report-failure.ts';
import { openSteps } from '../tooling/terminal/steps.ts';

const USAGE = `Builds the images of the operator and the proxy, and prints the name and the archive of each.

  node scripts/images.ts [--output text]

  --output WHAT   text or json; text by default
  --help
`;

const { values } = parseCommandLine(USAGE, {
  options: { output: { type: 'string', default: 'text' } },
});
const signal = abortOnSignals();
const steps = openSteps(process.stderr);
try {
  const images = await steps.run('images', (progress) => buildImages({ signal, progress }));
  if (values.output === 'json') console.log(JSON.stringify(images, null, 2));
  else for (const { reference, tar } of images) console.log(`${reference}\n  ${tar}`);
} catch (error) {
  reportFailure(error, process.stderr);
}
