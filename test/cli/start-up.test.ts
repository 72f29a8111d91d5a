import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const MAIN = pathToFileURL(join(import.meta.dirname, '..', '..', 'bin', 'kubectl-l4b.js')).href;

/** What is loaded when the command runs with these arguments. */
const loaded = async (...argv: readonly string[]): Promise<readonly string[]> => {
  const program = `
    const { registerHooks } = await import('node:module');
    const urls = [];
    registerHooks({ load: (url, context, next) => { urls.push(url); return next(url, context); } });
    process.argv = ['node', 'kubectl-l4b', ...${JSON.stringify(argv)}];
    await import(${JSON.stringify(MAIN)});
    console.error(JSON.stringify(urls));`;
  const child = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    timeout: 120_000,
  });
  const { stderr } = await child;
  return JSON.parse(stderr);
};

test('the help is shown without loading a client, a parser or another command', async () => {
  const urls = await loaded('status', '--help');
  assert.ok(urls.some((url) => url.includes('/@optique/core/')));
  const needless = [
    /node_modules\/(?!@optique)/,
    // How durations are written is in a file without imports.
    /\/crds\/(?!duration\.ts)/,
    /\/(kube|operator|report)\//,
    /\/cli\/(status|why|top|picture)\//,
  ];
  assert.deepEqual(
    urls.filter((url) => needless.some((pattern) => pattern.test(url))),
    [],
  );
});
