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
  PROGRAMS,
  type ProgramName,
  startEither,
  untilOnlyOwnPorts,
  untilServing,
} from './programs.ts';

/** Signals that a program survives. */
const HARMLESS = (Object.keys(SIGNAL_USES) as NodeJS.Signals[]).filter(
  (name) => SIGNAL_USES[name] !== 'Stop',
);

/** The flags that the image passes to Node when it starts the program, or when docker checks its health. */
const imageFlags = (
  name: ProgramName,
  instruction: 'ENTRYPOINT' | 'CMD' = 'ENTRYPOINT',
): readonly string[] => {
  const dockerfile = readFileSync(join(REPOSITORY, `Dockerfile.${name}`), 'utf8');
  const line = new RegExp(`^ *${instruction} (\\[.*\\])$`, 'm').exec(dockerfile)?.[1];
  const words: readonly string[] = JSON.parse(line ?? assert.fail(`no ${instruction}`));
  return words.slice(1, words.indexOf(`/app/bin/l4balancer-${name}.js`));
};

/** A health check that takes longer than this is waiting for a debugger. */
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
const outputOf =
  ({ stdout, stderr }: Program) =>
  (): string =>
    `${stdout()}\n${stderr()}`;

/**
 * The most rounds of signals. Node keeps 4,096 that a program has not handled yet, in a pipe of 64 KiB, and
 * drops what comes then: a busy machine loads a program so slowly that the SIGTERM of `stop` was lost.
 */
const MOST_ROUNDS = Math.floor(4_000 / HARMLESS.length);

/** Sends every harmless signal to `pid` repeatedly until the program serves. */
const flood = async (name: ProgramName, program: Program, pid: number): Promise<void> => {
  let isOver = false;
  let rounds = 0;
  const served = untilServing(name, program).finally(() => {
    isOver = true;
  });
  const runs = (): boolean => program.child.exitCode === null && program.child.signalCode === null;
  await Promise.all([
    served,
    until(
      `the ${name} serves`,
      () => {
        if (!isOver && runs() && rounds < MOST_ROUNDS) {
          for (const signal of HARMLESS) process.kill(pid, signal);
          rounds += 1;
        }
        return isOver;
      },
      { everyMs: 5, seen: outputOf(program) },
    ),
  ]);
};

/** Waits until there is a handler for each of these signals: the program's own or Node's. */
const untilCaught = async (
  program: Program,
  signals: readonly NodeJS.Signals[],
  everyMs: number,
  pid = pidOf(program),
): Promise<void> => {
  const handled = () => signals.filter((signal) => catches(pid, signal));
  await until(`handlers of ${signals}`, () => handled().length === signals.length, {
    everyMs,
    seen: () => `handled are ${handled()}\n${outputOf(program)()}`,
  });
};

const stop = async (program: Program, pid = pidOf(program)): Promise<void> => {
  process.kill(pid, 'SIGTERM');
  await until('the program ends', () => program.child.exitCode !== null, { seen: outputOf(program) });
  assert.equal(await program.ended, 0, program.stdout());
};

for (const name of PROGRAMS)
  for (const entry of [`bin/l4balancer-${name}.js`, `${name}/main.ts`])
    describe(`node ${entry}`, () => {
      test('survives every signal that is not a stop, from its first line on', async () => {
        const program = await start(name, { entry });
        const pid = pidOf(program);
        await untilCaught(program, HARMLESS, 1);
        assert.equal(program.stdout(), '', 'signals are held before the first log line');
        await flood(name, program, pid);
        for (const signal of ['SIGUSR1', 'SIGUSR2'])
          await program.line((line) => line.msg === 'signal ignored' && line.signal === signal);
        await untilOnlyOwnPorts(name, program);
        await stop(program);
      });
    });

for (const name of PROGRAMS)
  describe(`the ${name} during startup`, () => {
    test('stops gracefully on a signal that arrives before it serves', async () => {
      const program = await start(name, {});
      await untilCaught(program, ['SIGHUP'], 1);
      await stop(program);
      assert.match(program.stdout(), /"stop requested"/);
    });

    test('closes a debugger that SIGUSR1 opened before its first line', async () => {
      const program = await start(name, {});
      // Node's own handler, installed long before ours.
      await untilCaught(program, ['SIGUSR1'], 0);
      program.child.kill('SIGUSR1');
      await untilOnlyOwnPorts(name, program);
      await stop(program);
    });

    test('closes a debugger that NODE_OPTIONS opened, and logs it', async () => {
      const program = await start(name, { env: { NODE_OPTIONS: '--inspect=127.0.0.1:0' } });
      const line = await program.line(({ msg }) => msg === 'debugger refused');
      assert.equal(line.openedBy, 'NODE_OPTIONS');
      await untilOnlyOwnPorts(name, program);
      await stop(program);
      // No signal was sent, so none may be reported.
      assert.ok(!program.stdout().includes('"openedBy":"SIGUSR1"'));
    });
  });

/**
 * With process ID 1, as in a container: the kernel then drops signals that have no handler yet. But one that
 * arrives while a thread starts another one ends the process: the starting thread blocks signals meanwhile,
 * so the kernel does not drop the signal and delivers it to a third thread.
 */
const AS_FIRST = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  '--pid',
  '--fork',
  '--kill-child',
];

for (const name of PROGRAMS)
  describe(`the ${name} as started by its image`, () => {
    test('survives every signal that is not a stop, from its first line on', async () => {
      const program = await start(name, { flags: imageFlags(name), wrap: AS_FIRST });
      const outer = pidOf(program);
      const pid = await until(
        'unshare has started it',
        () => Number(readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8')) || undefined,
        { everyMs: 0, seen: outputOf(program) },
      );
      await untilCaught(program, HARMLESS, 1, pid);
      await flood(name, program, pid);
      assert.doesNotMatch(program.stderr(), /[Dd]ebugger/);
      await stop(program, pid);
    });

    for (const option of ['--inspect', '--inspect-brk', '--inspect-wait'])
      test(`opens no debugger for ${option} in NODE_OPTIONS, and logs it`, async () => {
        const program = await start(name, {
          flags: imageFlags(name),
          env: { NODE_OPTIONS: `${option}=127.0.0.1:0` },
        });
        const line = await program.line(({ msg }) => msg === 'debugger refused');
        assert.equal(line.openedBy, 'NODE_OPTIONS');
        await untilOnlyOwnPorts(name, program);
        assert.doesNotMatch(program.stderr(), /Debugger listening/);
        await stop(program);
      });
  });

for (const option of ['--inspect', '--inspect-brk', '--inspect-wait'])
  test(`the health check of the image neither opens nor waits for a debugger for ${option} in NODE_OPTIONS`, async () => {
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

test('a debugger requested on the command line stays open', async () => {
  const program = await start('proxy', { flags: ['--inspect=127.0.0.1:0'] });
  await untilServing('proxy', program);
  const port = Number(/ws:\/\/127\.0\.0\.1:(\d+)\//.exec(program.stderr())?.[1]);
  assert.ok([...listeningDescriptors(pidOf(program)).values()].includes(port), program.stderr());
  await stop(program);
});
