/**
 * `make images`: builds the operator's and the proxy's image and says where they are.
 *
 *   node scripts/images.ts [--output text|json]
 */
import { parseArgs } from 'node:util';
import { buildImages } from '../tooling/images/build-images.ts';
import { abortOnSignals } from '../tooling/process/abort-on-signals.ts';
import { failed } from '../tooling/terminal/failed.ts';
import { openSteps } from '../tooling/terminal/steps.ts';

const { values } = parseArgs({ options: { output: { type: 'string', default: 'text' } } });
const signal = abortOnSignals();
const steps = openSteps(process.stderr);
try {
  const images = await steps.run('images', (progress) => buildImages({ signal, progress }));
  if (values.output === 'json') console.log(JSON.stringify(images, null, 2));
  else for (const { reference, tar } of images) console.log(`${reference}\n  ${tar}`);
} catch (error) {
  failed(error, process.stderr);
}
