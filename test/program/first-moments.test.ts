import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { SIGNAL_USES } from '../../program/signals.js';
import { REPOSITORY } from '../../tooling/process/folders.ts';
import { freePort } from '../../tooling/process/free-ports.ts';
import { until } from '../../tooling/wait/until.ts';
import { type Program, startProgram } from '../proxy/program.ts';
import { listeningDescriptors } from '../proxy/tcp-sockets.ts';
import {
  catches,
  listensOnlyWhereItShould,
  PROGRAMS,
  type ProgramName,
  startEither,
  untilServing,
} from './programs.ts';

/** Those that a program outlives. */
const HARMLESS = (Object.keys(SIGNAL_USES) as NodeJS.Signals[]).filter(
  (name) => SIGNAL_USES[name] !== 'Stop',
);

/**
 * The flags that the image gives to Node, where it starts the program, or where docker asks for its health.
 */
const imageFlags = (
  name: ProgramName,
  instruction: 'ENTRYPOINT' | 'CMD' = 'ENTRYPOINT',
): readonly string[] => {
  const dockerfile = readFileSync(join(REPOSITORY, `Dockerfile.${name}`), 'utf8');
  const line = new RegExp(`^ *${instruction} (\\[.*\\])$`, 'm').exec(dockerfile)?.[1];
  const words: readonly string[] = JSON.parse(line ?? assert.fail(`no ${instruction}`));
  return words.slice(1, words.indexOf(`/app/bin/l4balancer-${name}.js`));
};

/** A health check that takes longer waits for a debugger. */
const PROBE_MS = 30_000;

const running: Program[] = [];
after(() => {
  for (const { child } of running) child.kill('SIGKILL');
});
const start = async (name: ProgramName, options: Parameters<typeof startEither>[1]): Promise<Program> => {
  const program = await startEither(name, options);
  running.push(program);
  return program;
};
const pidOf = ({ child }: Program): number => child.pid ?? assert.fail('not started');
const saidBy =
  ({ stdout, stderr }: Program) =>
  (): string =>
    `${stdout()}\n${stderr()}`;

/** Sends every harmless signal to `pid` again and again until the program serves. */
const flood = async (name: ProgramName, program: Program, pid: number): Promise<void> => {
  let isOver = false;
  const served = untilServing(name, program).finally(() => {
    isOver = true;
  });
  const runs = (): boolean => program.child.exitCode === null && program.child.signalCode === null;
  await Promise.all([
    served,
    until(
      `the ${name} serves`,
      () => {
        if (!isOver && runs()) for (const signal of HARMLESS) process.kill(pid, signal);
        return isOver;
      },
      { everyMs: 5, seen: saidBy(program) },
    ),
  ]);
};

/** Waits until the program handles these signals: itself, or Node for it. */
const untilCaught = async (
  program: Program,
  signals: readonly NodeJS.Signals[],
  everyMs: number,
  pid = pidOf(program),
): Promise<void> => {
  const handled = () => signals.filter((signal) => catches(pid, signal));
  await until(`handlers of ${signals}`, () => handled().length === signals.length, {
    everyMs,
    seen: () => `handled are ${handled()}\n${saidBy(program)()}`,
  });
};

const stop = async (program: Program, pid = pidOf(program)): Promise<void> => {
  process.kill(pid, 'SIGTERM');
  assert.equal(await program.ended, 0, program.stdout());
};

for (const name of PROGRAMS)
  for (const entry of [`bin/l4balancer-${name}.js`, `${name}/main.ts`])
    describe(`node ${entry}`, () => {
      test('outlives every signal that shall not stop it, from its first line on', async () => {
        const program = await start(name, { entry });
        const pid = pidOf(program);
        await untilCaught(program, HARMLESS, 1);
        assert.equal(program.stdout(), '', 'its signals are held before it says its first word');
        await flood(name, program, pid);
        for (const signal of ['SIGUSR1', 'SIGUSR2'])
          await program.line((line) => line.msg === 'signal ignored' && line.signal === signal);
        await listensOnlyWhereItShould(program);
        await stop(program);
      });
    });

for (const name of PROGRAMS)
  describe(`the ${name}, as long as it starts`, () => {
    test('stops in order when it was told so before it served', async () => {
      const program = await start(name, {});
      await untilCaught(program, ['SIGHUP'], 1);
      await stop(program);
      assert.match(program.stdout(), /"stop asked"/);
    });

    test('closes a debugger that SIGUSR1 opened before its first line', async () => {
      const program = await start(name, {});
      // Node's own handler, long before ours.
      await untilCaught(program, ['SIGUSR1'], 0);
      program.child.kill('SIGUSR1');
      await listensOnlyWhereItShould(program);
      await stop(program);
    });

    test('closes a debugger that NODE_OPTIONS opened, and says so', async () => {
      const program = await start(name, { env: { NODE_OPTIONS: '--inspect=127.0.0.1:0' } });
      const line = await program.line(({ msg }) => msg === 'debugger refused');
      assert.equal(line.openedBy, 'NODE_OPTIONS');
      await listensOnlyWhereItShould(program);
      await stop(program);
      // No signal came that somebody would be looked for.
      assert.ok(!program.stdout().includes('"openedBy":"SIGUSR1"'));
    });
  });

/**
 * With the process id 1, as in a container: the kernel then drops signals that have no handler yet. But one
 * that comes while a thread starts another ends the process: the thread that starts it blocks signals
 * meanwhile, so that the kernel drops none, and gives it to a third.
 */
const AS_FIRST = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  '--pid',
  '--fork',
  '--kill-child',
];

for (const name of PROGRAMS)
  describe(`the ${name} as its image starts it`, () => {
    test('outlives every signal that shall not stop it, from its first line on', async () => {
      const program = await start(name, { flags: imageFlags(name), wrap: AS_FIRST });
      const outer = pidOf(program);
      const pid = await until(
        'unshare has started it',
        () => Number(readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8')) || undefined,
        { everyMs: 0, seen: saidBy(program) },
      );
      await untilCaught(program, HARMLESS, 1, pid);
      await flood(name, program, pid);
      assert.doesNotMatch(program.stderr(), /[Dd]ebugger/);
      await stop(program, pid);
    });

    for (const option of ['--inspect', '--inspect-brk', '--inspect-wait'])
      test(`opens no debugger for ${option} in NODE_OPTIONS, and says so`, async () => {
        const program = await start(name, {
          flags: imageFlags(name),
          env: { NODE_OPTIONS: `${option}=127.0.0.1:0` },
        });
        const line = await program.line(({ msg }) => msg === 'debugger refused');
        assert.equal(line.openedBy, 'NODE_OPTIONS');
        await listensOnlyWhereItShould(program);
        assert.doesNotMatch(program.stderr(), /Debugger listening/);
        await stop(program);
      });
  });

for (const option of ['--inspect', '--inspect-brk', '--inspect-wait'])
  test(`the health check of the image opens no debugger for ${option} in NODE_OPTIONS, and does not wait for one`, async () => {
    const probe = startProgram(
      ['--probe', '--admin', `127.0.0.1:${await freePort()}`],
      { NODE_OPTIONS: `${option}=127.0.0.1:0` },
      { flags: imageFlags('proxy', 'CMD') },
    );
    running.push(probe);
    const tooLate = setTimeout(() => probe.child.kill('SIGKILL'), PROBE_MS);
    assert.equal(await probe.ended, 1, probe.stderr());
    clearTimeout(tooLate);
    assert.doesNotMatch(probe.stderr(), /Debugger listening/);
  });

test('a debugger that was asked for on the command line stays', async () => {
  const program = await start('proxy', { flags: ['--inspect=127.0.0.1:0'] });
  await untilServing('proxy', program);
  const port = Number(/ws:\/\/127\.0\.0\.1:(\d+)\//.exec(program.stderr())?.[1]);
  assert.ok([...listeningDescriptors(pidOf(program)).values()].includes(port), program.stderr());
  await stop(program);
});
