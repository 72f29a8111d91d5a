import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

const isAllowed = spawnSync('unshare', ['--net', 'true']).status === 0;

/** Options of a test that runs a program in its own network namespace. */
export const NEEDS_OWN_NETWORK = {
  skip: isAllowed ? (false as const) : 'needs root, for a network namespace of its own',
};

interface OwnNetwork {
  /** Shell commands that configure the namespace; its loopback is up. */
  readonly prepare?: string;
  readonly args?: readonly string[];
  readonly withinMs?: number;
}

/**
 * Runs a test program in its own network namespace; returns the JSON that it prints, and fails with its
 * output.
 */
export const runInOwnNetwork = (
  program: string,
  { prepare = '', args = [], withinMs = 60_000 }: OwnNetwork = {},
): unknown => {
  const shell = `set -e\nip link set lo up\n${prepare}\nexec "$0" "$@"`;
  const { status, signal, stdout, stderr } = spawnSync(
    'unshare',
    ['--net', 'sh', '-c', shell, process.execPath, program, ...args],
    { encoding: 'utf8', timeout: withinMs },
  );
  assert.equal(status, 0, `${signal ?? ''} ${stdout}\n${stderr}`);
  return JSON.parse(stdout);
};
