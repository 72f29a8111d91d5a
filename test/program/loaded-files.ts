import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Program } from '../proxy/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'l4b-loaded-'));
after(() => rmSync(folder, { recursive: true }));
const FILE = join(folder, 'loaded.json');

/** Records, when the program exits, which files and which modules of Node were loaded. */
const WITNESS = `
import { registerHooks } from 'node:module';
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
const loaded = [];
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
if (isMainThread) process.on('exit', () => writeFileSync(${JSON.stringify(FILE)}, JSON.stringify([...loaded, ...process.moduleLoadList])));
`;

/** Flags of Node that `loadedBy` requires. */
export const WITNESS_FLAGS: readonly string[] = [
  '--import',
  `data:text/javascript,${encodeURIComponent(WITNESS)}`,
];

/**
 * Waits for the program to exit; returns the URLs of the files and the names of Node's modules that it
 * loaded.
 */
export const loadedBy = async (program: Program): Promise<readonly string[]> => {
  assert.equal(await program.ended, 0, program.stderr());
  return JSON.parse(readFileSync(FILE, 'utf8'));
};

/** Like `loadedBy`, but stops the program first. */
export const loadedUntilStopped = (program: Program): Promise<readonly string[]> => {
  program.child.kill('SIGTERM');
  return loadedBy(program);
};
