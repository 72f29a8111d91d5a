import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { freePort, freePorts } from '../../../tooling/process/free-ports.ts';

const MODULE = new URL('../../../tooling/process/free-ports.ts', import.meta.url).href;
/** Makes both processes start their search at the same block. */
const CHANCE = 0.5;

const portsOfAnother = async (count: number): Promise<readonly number[]> => {
  const script = `import { freePorts } from '${MODULE}'; Math.random = () => ${CHANCE}; console.log(JSON.stringify(await freePorts(${count})))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  return JSON.parse(stdout) as readonly number[];
};

test('free ports are handed out once, are below the ephemeral range, and can be listened on', async () => {
  const ports = await freePorts(250);
  assert.equal(ports.length, 250);
  assert.equal(new Set(ports).size, 250);
  const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
  assert.ok(Math.max(...ports) < Number(range.split('\t')[0]), range);
  const servers: Server[] = [];
  try {
    for (const port of ports) {
      const server = createServer().listen(port, '127.0.0.1');
      servers.push(server);
      await once(server, 'listening');
    }
  } finally {
    for (const server of servers) server.close();
  }
});

test('a process gets no port that another process was given, even if that one does not listen on it yet', async (context) => {
  context.mock.method(Math, 'random', () => CHANCE);
  const own = new Set(await freePorts(200));
  const shared = (await portsOfAnother(200)).filter((port) => own.has(port));
  assert.deepEqual(shared, []);
});

test('a port that is in use is skipped', async () => {
  const first = await freePort();
  const server = createServer().listen(first + 1, '127.0.0.1');
  try {
    await once(server, 'listening');
    assert.notEqual(await freePort(), first + 1);
  } finally {
    server.close();
  }
});
