import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { readStatus } from '../../report/read-status.ts';
import { adminPort, pollAdmin, startProgram } from '../program.ts';
import { askOnce } from './client.ts';
import { startEndpoint } from './endpoint-server.ts';
import { manifestText } from './proxy-process.ts';

/** Ends the oldest acceptor at SIGUSR2, as a fault of it would. */
const KILLER = `
import threads from 'node:worker_threads';
import { syncBuiltinESMExports } from 'node:module';
const started = [];
threads.Worker = class extends threads.Worker {
  constructor(...args) { super(...args); started.push(this); }
};
syncBuiltinESMExports();
if (threads.isMainThread) process.on('SIGUSR2', () => void started.shift().terminate());
`;
const FLAGS = ['--import', `data:text/javascript,${encodeURIComponent(KILLER)}`];

test('a proxy whose folder is removed starts acceptors anew, and follows its manifest in the folder that comes after', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-removed-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const endpoint = await startEndpoint((socket) => socket.end('hello'));
  t.after(() => endpoint.close());
  const [first, second] = (await freePorts(2)) as [number, number];
  const write = (port: number): void => {
    const text = manifestText({
      listeners: [{ name: 'l', port, backend: 'b' }],
      backends: [{ name: 'b', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
    });
    writeFileSync(join(folder, 'new.yaml'), text);
    renameSync(join(folder, 'new.yaml'), join(folder, 'edge.yaml'));
  };
  write(first);
  const program = startProgram(
    ['--config', 'edge.yaml', '--admin', '127.0.0.1:0', '--acceptors', '1'],
    { L4B_DRAIN_DELAY: '0s', L4B_GRACE_PERIOD: '1s' },
    { flags: FLAGS, wrap: ['env', '-C', folder] },
  );
  t.after(() => program.child.kill('SIGKILL'));
  const admin = await adminPort(program);
  const untilServing = (port: number) =>
    pollAdmin(admin, '/status', (_, text) => {
      const { acceptors, listeners, tableVersion } = readStatus(text);
      const isServed = acceptors.every((acceptor) => acceptor.tableVersion === tableVersion);
      return (isServed && listeners.some((listener) => listener.port === port)) || undefined;
    });
  await untilServing(first);
  assert.equal(await askOnce(first, '127.0.0.1'), 'hello');
  write(second);
  await untilServing(second);
  assert.equal(await askOnce(second, '127.0.0.1'), 'hello');
  rmSync(folder, { recursive: true });
  program.child.kill('SIGUSR2');
  await program.line(({ msg }) => msg === 'acceptor died');
  await program.line(({ msg }) => msg === 'acceptor replaced');
  assert.equal(await askOnce(second, '127.0.0.1'), 'hello');
  // As a deployment does that replaces the folder.
  mkdirSync(folder);
  write(first);
  await untilServing(first);
  assert.equal(await askOnce(first, '127.0.0.1'), 'hello');
});
