import assert from 'node:assert/strict';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { until } from '../../tooling/wait/until.ts';
import { type LogLine, type Program, startProgram } from '../proxy/program.ts';
import { readStatus } from '../report/read-status.ts';
import { PROGRAMS, type ProgramName, startEither } from './programs.ts';

const PAGE = 4096;
const FILE_LIMIT = 64 * 1024;

/** A way to make writes to a file fail. */
interface Trouble {
  readonly code: string;
  /** Runs the program with standard output in `$0/log`. */
  readonly wrap: readonly string[];
  /** Makes all further writes fail. `at` is the folder as the program sees it. */
  fill(at: string): void;
  free(at: string): void;
}

const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];

/** Writes until the file system is full. */
const writeAll = (path: string, chunk: string): void => {
  const file = openSync(path, 'a');
  try {
    for (;;) writeSync(file, chunk);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  } finally {
    closeSync(file);
  }
};

const TROUBLES: readonly Trouble[] = [
  {
    code: 'ENOSPC',
    wrap: [
      'unshare',
      ...asRoot,
      '--mount',
      'sh',
      '-c',
      'mount -t tmpfs -o size=256k none "$0" && exec "$@" >>"$0/log"',
    ],
    fill(at) {
      writeAll(join(at, 'filler'), 'x'.repeat(PAGE));
      writeAll(join(at, 'log'), '\n'); // its last page has room
    },
    free: (at) => rmSync(join(at, 'filler')),
  },
  {
    code: 'EFBIG',
    wrap: ['prlimit', `--fsize=${FILE_LIMIT}`, 'sh', '-c', 'exec "$@" >>"$0/log"'],
    fill: (at) => appendFileSync(join(at, 'log'), '\n'.repeat(FILE_LIMIT - statSync(join(at, 'log')).size)),
    free: (at) => truncateSync(join(at, 'log'), 0), // as logrotate's copytruncate does
  },
];

const running: Program[] = [];
/** Mount points of the programs' own file systems; outside of their mount namespaces they are empty. */
const folders: string[] = [];
after(() => {
  for (const { child } of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const start = async (name: ProgramName, { wrap }: Trouble) => {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-full-'));
  folders.push(folder);
  const program = await startEither(name, { wrap: [...wrap, folder] });
  running.push(program);
  const at = `/proc/${program.child.pid}/root${folder}`;
  const lines = (): readonly LogLine[] =>
    existsSync(join(at, 'log'))
      ? readFileSync(join(at, 'log'), 'utf8')
          .split('\n')
          .slice(0, -1) // the rest of a line may still wait for room
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line))
      : [];
  const line = (msg: string): Promise<LogLine> =>
    until(msg, () => lines().find((one) => one.msg === msg), {
      seen: () => `${readFileSync(join(at, 'log'), 'utf8')}\n${program.stderr()}`,
    });
  return { program, at, lines, line };
};

const page = async (port: unknown, path: string): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}${path}`)).text();

/**
 * Connects and waits for the end, which is a reset: nothing listens at the backend's endpoint. Resolves with
 * the client's address as the access log writes it.
 */
const visit = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    let client: string | undefined;
    const socket = net.connect(port, '127.0.0.1', () => {
      client = `127.0.0.1:${socket.localPort}`;
    });
    socket
      .on('error', () => {})
      .on('close', () => (client === undefined ? reject(new Error('not accepted')) : resolve(client)))
      .resume();
  });

const VISITS = 20;

for (const trouble of TROUBLES)
  test(`the proxy reports that writing its log fails with ${trouble.code}, and later writes all of it`, async () => {
    const { program, at, lines, line } = await start('proxy', trouble);
    const { port } = await line('admin endpoint listens');
    const status = async () => readStatus(await page(port, '/status'));
    const listener = await until('a listener', async () => (await status()).listeners[0]?.port);
    trouble.fill(at);
    const visitors = await Promise.all(Array.from({ length: VISITS }, () => visit(listener)));
    const finding = await until('a finding', async () => (await status()).findings[0]);
    assert.equal(finding.code, 'OutputFails');
    assert.match(finding.message, new RegExp(`^Since \\d{4}-.*\\(${trouble.code}\\)`));
    assert.match(
      await page(port, '/metrics'),
      new RegExp(`^l4balancer_output_failures_total\\{code="${trouble.code}"\\} [1-9]`, 'm'),
    );
    trouble.free(at);
    const again = await line('log is written again');
    assert.deepEqual(
      [again.level, again.code, again.logLines, again.accessLines],
      ['warn', trouble.code, 0, 0],
    );
    const logged = lines().flatMap(({ log, client }) => (log === 'access' ? [client] : []));
    // Another program may try this port.
    for (const visitor of visitors)
      assert.equal(logged.filter((client) => client === visitor).length, 1, `${visitor}: ${logged}`);
    await until('no finding', async () => ((await status()).findings.length === 0 ? true : undefined));
    program.child.kill('SIGTERM');
    assert.equal(await program.ended, 0);
  });

for (const trouble of TROUBLES)
  test(`the operator continues while writing its log fails with ${trouble.code}, and later writes all of it`, async () => {
    const { program, at, line } = await start('operator', trouble);
    const { metrics } = await line('serving health and metrics');
    trouble.fill(at);
    program.child.kill('SIGUSR2');
    const failures = new RegExp(
      `^l4balancer_operator_output_failures_total\\{code="${trouble.code}"\\} [1-9]`,
      'm',
    );
    await until('a failure', async () => (failures.test(await page(metrics, '/metrics')) ? true : undefined));
    trouble.free(at);
    assert.equal((await line('log is written again')).code, trouble.code);
    await line('signal ignored');
    program.child.kill('SIGTERM');
    assert.equal(await program.ended, 0);
  });

for (const name of PROGRAMS)
  test(`a command of the ${name} that cannot print fails with a message instead of a stack trace`, async () => {
    const options = { entry: `bin/l4balancer-${name}.js` };
    const help = startProgram(
      ['--help'],
      {},
      { ...options, wrap: ['sh', '-c', 'exec "$@" >/dev/full', 'sh'] },
    );
    assert.equal(await help.ended, 1);
    assert.equal(help.stderr(), 'Cannot write to standard output: ENOSPC\n');
    const refused = startProgram(
      ['--bogus'],
      {},
      { ...options, wrap: ['sh', '-c', 'exec "$@" 2>/dev/full', 'sh'] },
    );
    assert.equal(await refused.ended, 2, 'the exit code reports it, too');
  });
