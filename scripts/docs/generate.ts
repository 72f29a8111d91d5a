/**
 * `make generate`: writes the parts of the documents that follow from the code; with --check it only
 * compares.
 */
import { globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../tooling/process/folders.ts';
import { catalogueSections } from './catalogues.ts';
import { DECISION_FILE, indexOf, readDecision } from './decisions.ts';
import { fillSections } from './sections.ts';

const DECISIONS = 'docs/decisions';

const decisionsIndex = (): string => {
  const folder = join(REPOSITORY, DECISIONS);
  return indexOf(
    readdirSync(folder)
      .filter((file) => DECISION_FILE.test(file))
      .sort()
      .map((file) => readDecision(file, readFileSync(join(folder, file), 'utf8'))),
  );
};

const sections = new Map([...catalogueSections(), ['decisions', decisionsIndex()]]);
const pages = globSync(['docs/*.md', `${DECISIONS}/README.md`], { cwd: REPOSITORY });

for (const page of pages) {
  const path = join(REPOSITORY, page);
  const before = readFileSync(path, 'utf8');
  const after = fillSections(before, sections);
  if (after === before) continue;
  if (process.argv.includes('--check')) {
    process.exitCode = 1;
    process.stderr.write(`${page} is out of date: run make generate and commit the result\n`);
  } else writeFileSync(path, after);
}
