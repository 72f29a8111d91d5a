import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { after, describe, test } from 'node:test';
import { SIGNAL_USES } from '../../program/signals.js';
import type { Program } from '../proxy/program.ts';
import { PROGRAMS, type ProgramName, startEither, untilOnlyOwnPorts, untilServing } from './programs.ts';

const signals = Object.keys(SIGNAL_USES) as NodeJS.Signals[];
const usedAs = (use: string): readonly NodeJS.Signals[] =>
  signals.filter((name) => SIGNAL_USES[name] === use);

/** Signals left to Node, and why. */
const LEFT: Readonly<Record<string, readonly string[]>> = {
  'cannot be caught': ['SIGKILL', 'SIGSTOP'],
  'a fault of the program itself': ['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGSYS', 'SIGTRAP'],
  'control of jobs by a shell': ['SIGCONT', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU'],
  'does nothing by itself': ['SIGCHLD', 'SIGURG', 'SIGWINCH'],
  'ignored by Node, so that a write fails instead': ['SIGPIPE', 'SIGXFSZ'],
};

test('each signal that Linux names has exactly one meaning', () => {
  const numbers = (names: readonly string[]): number[] =>
    names.map((name) => constants.signals[name as NodeJS.Signals]).sort((a, b) => a - b);
  const known = [...new Set(Object.values(constants.signals))];
  assert.deepEqual(
    numbers([...signals, ...Object.values(LEFT).flat()]),
    known.sort((a, b) => a - b),
  );
});

const running: Program[] = [];
after(() => {
  for (const { child } of running) child.kill('SIGKILL');
});

const serve = async (name: ProgramName) => {
  const program = await startEither(name);
  running.push(program);
  const port = await untilServing(name, program);
  return { program, port };
};

const isHealthy = async (port: number): Promise<boolean> =>
  (await fetch(`http://127.0.0.1:${port}/healthz`)).ok;

for (const name of PROGRAMS)
  describe(`the ${name}`, () => {
    test('ignores and logs each signal without a meaning, and opens no debugger', async () => {
      const { program, port } = await serve(name);
      const unused = [...usedAs('Ignore'), ...(name === 'operator' ? usedAs('Reload') : [])];
      assert.ok(unused.includes('SIGUSR1') && unused.includes('SIGUSR2'));
      for (const signal of unused) {
        program.child.kill(signal);
        const line = await program.line((one) => one.msg === 'signal ignored' && one.signal === signal);
        assert.equal(line.level, 'warn');
      }
      assert.ok(await isHealthy(port));
      await untilOnlyOwnPorts(name, program);
      assert.doesNotMatch(program.stderr(), /[Dd]ebugger/);
      program.child.kill('SIGTERM');
      assert.equal(await program.ended, 0);
    });

    for (const signal of usedAs('Stop'))
      test(`stops gracefully on ${signal}`, async () => {
        const { program } = await serve(name);
        program.child.kill(signal);
        await program.line((one) => one.msg === 'stop requested' && one.signal === signal);
        assert.equal(await program.ended, 0, program.stdout());
      });
  });

test('the proxy reads its manifest again on SIGHUP', async () => {
  const { program, port } = await serve('proxy');
  program.child.kill('SIGHUP');
  await program.line((one) => one.msg === 'manifest reloaded');
  assert.ok(await isHealthy(port));
  program.child.kill('SIGTERM');
  assert.equal(await program.ended, 0);
});
