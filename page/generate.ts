/** Writes the status page, as one file. With --check, only reports whether it is up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPage } from './build.ts';

const FILE = join(import.meta.dirname, 'status-page.html');

const wanted = await buildPage();
if (!process.argv.includes('--check')) writeFileSync(FILE, wanted);
else if (readFileSync(FILE, 'utf8') !== wanted) {
  console.error('page/status-page.html is out of date. Run make generate and commit the result.');
  process.exitCode = 1;
}
