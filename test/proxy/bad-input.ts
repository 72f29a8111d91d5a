import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type LogLine, startProgram } from './program.ts';

/** The directory of all files; removed from paths in the printed table. */
export const folder = mkdtempSync(join(tmpdir(), 'l4b-bad-'));
const servers: net.Server[] = [];
const table: { readonly tried: string; readonly exit: string; readonly message: string }[] = [];
after(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

let files = 0;
/** Writes a new file with this content and returns its path. */
export const file = (content: string | Buffer): string => {
  files += 1;
  const path = join(folder, `${files}.yaml`);
  writeFileSync(path, content);
  return path;
};
/** Listens on loopback until the tests end; returns the port. */
export const listening = async (server: net.Server, port = 0): Promise<number> => {
  servers.push(server.listen(port, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};
/** A port on which no process listens. */
export const closedPort = async (): Promise<number> => {
  const server = net.createServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
};

/** What is tried, and how the program is started. */
export interface Tried {
  readonly tried: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A command that the program is wrapped in, to drop privileges. */
  readonly wrap?: readonly string[];
}

const ADMIN = ['--admin', '127.0.0.1:0'];

/** Runs the program until it exits and records what it printed. */
export const ends = async (
  { tried, args = [], env = {}, wrap }: Tried,
  exit: number,
  says: RegExp,
): Promise<void> => {
  const program = startProgram(args, env, { ...(wrap && { wrap }) });
  const code = await program.ended;
  const reported = (program.stderr() || program.stdout()).trim().replaceAll(`${folder}/`, '');
  table.push({ tried, exit: `exit ${code}`, message: reported });
  assert.equal(code, exit, reported);
  assert.match(reported, says);
};

/**
 * Runs the program until it logs the line, which must match. The program must keep running, and exit with 0
 * on SIGTERM.
 */
export const warns = async (
  { tried, args = [], env = {}, wrap }: Tried,
  line: (line: LogLine) => unknown,
  says: RegExp,
  meanwhile: (port: number) => Promise<void> = async () => {},
): Promise<void> => {
  const program = startProgram([...args, ...ADMIN], env, { ...(wrap && { wrap }) });
  try {
    const admin = await program.line(({ msg }) => msg === 'admin endpoint listens');
    await meanwhile(Number(admin.port));
    const found = await program.line((one) => Boolean(line(one)));
    const reported = String(line(found)).replaceAll(`${folder}/`, '');
    table.push({ tried, exit: 'runs on', message: reported });
    assert.match(reported, says);
  } finally {
    program.child.kill('SIGTERM');
  }
  assert.equal(await program.ended, 0);
};

/** Prints what was tried and what was reported, as rows of a table; call it as the last test of a file. */
export const printTable = (atLeast: number): void => {
  test('every attempt with bad input is listed with its message', (context) => {
    for (const { tried, exit, message } of table)
      context.diagnostic(`| ${tried} | ${exit} | ${message.replaceAll('\n', ' ⏎ ')} |`);
    assert.ok(table.length >= atLeast);
  });
};
