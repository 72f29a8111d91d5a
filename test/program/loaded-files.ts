import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Program } from '../proxy/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'l4b-loaded-'));
after(() => rmSync(folder, { recursive: true }));
const FILE = join(folder, 'loaded.json');

/** Writes down at the end which files and which modules of Node were loaded. */
const WITNESS = `
import { registerHooks } from 'node:module';
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
const loaded = [];
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
if (isMainThread) process.on('exit', () => writeFileSync(${JSON.stringify(FILE)}, JSON.stringify([...loaded, ...process.moduleLoadList])));
`;

/** Flags of Node for a program of which `loadedBy` shall tell. */
export const WITNESS_FLAGS: readonly string[] = [
  '--import',
  `data:text/javascript,${encodeURIComponent(WITNESS)}`,
];

/** URLs of the files and names of the modules of Node that a program has loaded by its end. */
export const loadedBy = async (program: Program): Promise<readonly string[]> => {
  assert.equal(await program.ended, 0, program.stderr());
  return JSON.parse(readFileSync(FILE, 'utf8'));
};

/** As `loadedBy`, of a program that would run on. */
export const loadedUntilStopped = (program: Program): Promise<readonly string[]> => {
  program.child.kill('SIGTERM');
  return loadedBy(program);
};
