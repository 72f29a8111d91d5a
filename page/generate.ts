/** Writes the pages, each as one file. With --check, only reports whether they are up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPage, PAGES, type PageName } from './build.ts';

for (const name of Object.keys(PAGES) as PageName[]) {
  const file = join(import.meta.dirname, `${name}.html`);
  const wanted = await buildPage(name);
  if (!process.argv.includes('--check')) writeFileSync(file, wanted);
  else if (readFileSync(file, 'utf8') !== wanted) {
    console.error(`page/${name}.html is out of date. Run make generate and commit the result.`);
    process.exitCode = 1;
  }
}
