import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { requireProgram } from '../../../tooling/process/find-program.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { type OtherProgram, startProgram } from './other-proxy.ts';
import { type BackendInput, type ListenerInput, ProxyProcess } from './proxy-process.ts';

const SAMPLE = new URL('../../../crds/samples/dns.yaml', import.meta.url);
/** Longer than any datagram that dig accepts, so that the server sets the flag TC. */
const LONG = Array.from({ length: 9 }, (_, i) => `${i}`.repeat(250));

/** dnsmasq, a DNS server, that answers every question about `who.test` with its own name. */
const startServer = (name: string, port: number): Promise<OtherProgram> =>
  startProgram(
    [
      'dnsmasq',
      '--keep-in-foreground',
      '--no-resolv',
      '--no-hosts',
      '--conf-file=/dev/null',
      '--pid-file=',
      '--bind-interfaces',
      '--listen-address=127.0.0.1',
      '--user=',
      `--port=${port}`,
      `--txt-record=who.test,${name}`,
      `--txt-record=long.test,${LONG.join(',')}`,
    ],
    port,
  );

let proxy: ProxyProcess;
let port: number;
let ports: readonly [number, number];
const servers = new Map<number, OtherProgram>();

before(async () => {
  const [listening, first, second] = (await freePorts(3)) as [number, number, number];
  port = listening;
  ports = [first, second];
  for (const [i, each] of ports.entries()) servers.set(each, await startServer(`server-${i}`, each));
  const { spec } = parse(await readFile(SAMPLE, 'utf8')) as {
    spec: { listeners: (ListenerInput & { timeouts: { idle: string } })[]; backends: BackendInput[] };
  };
  proxy = await ProxyProcess.start({
    listeners: spec.listeners.map(({ timeouts: { idle }, ...listener }) => ({ ...listener, port, idle })),
    backends: spec.backends.map(({ service: _, healthCheck, ...backend }) => ({
      ...backend,
      healthCheck: { ...healthCheck, interval: '500ms', timeout: '500ms' },
      endpoints: ports.map((each) => ({ address: '127.0.0.1', port: each })),
    })),
  });
});

after(async () => {
  await proxy?.stop();
  for (const server of servers.values()) await server.stop();
});

/** What dig prints of an answer that it gets through the proxy, and of how it got it. */
const dig = async (name: string, ...flags: readonly string[]): Promise<{ answer: string; said: string }> => {
  const { stdout } = await promisify(execFile)(requireProgram('dig'), [
    '@127.0.0.1',
    '-p',
    `${port}`,
    '+tries=3',
    '+timeout=5',
    ...flags,
    name,
    'TXT',
  ]);
  const [, answer = ''] = /^[^;\n]*\tIN\tTXT\t(.*)$/m.exec(stdout) ?? [];
  return { answer: answer.replaceAll('"', ''), said: stdout };
};

/** The servers that answer `count` questions. */
const answering = async (count: number, ...flags: readonly string[]): Promise<readonly string[]> => {
  const found = new Set<string>();
  for (let i = 0; i < count; i++) found.add((await dig('who.test', ...flags)).answer);
  return [...found].sort();
};

const isUsed = async (endpoint: number): Promise<readonly (boolean | undefined)[]> =>
  (await proxy.status()).backends.map(
    ({ endpoints }) => endpoints.find((one) => one.port === endpoint)?.used,
  );

test('dig is answered by both DNS servers over UDP, and over TCP on the same port', async () => {
  assert.deepEqual(await answering(8), ['server-0', 'server-1']);
  assert.deepEqual(await answering(8, '+tcp'), ['server-0', 'server-1']);
  const { said } = await dig('who.test');
  assert.match(said, new RegExp(`;; SERVER: 127\\.0\\.0\\.1#${port}\\(127\\.0\\.0\\.1\\) \\(UDP\\)`));
});

test('dig repeats a question over TCP if the answer is too long for a datagram', async () => {
  const { answer, said } = await dig('long.test');
  assert.match(said, /;; Truncated, retrying in TCP mode\./);
  assert.equal(answer, LONG.join(' '));
});

test('a DNS server that ends is found by the checks of both protocols, and is used again when it is back', async () => {
  const [first, second] = ports;
  await servers.get(first)?.stop();
  servers.delete(first);
  await proxy.until('not using it', async () => (await isUsed(first)).every((used) => used === false));
  await proxy.untilServed();
  assert.deepEqual(await isUsed(second), [true, true]);
  assert.deepEqual(await answering(4), ['server-1']);
  assert.deepEqual(await answering(4, '+tcp'), ['server-1']);
  servers.set(first, await startServer('server-0', first));
  await proxy.until('using it', async () => (await isUsed(first)).every((used) => used === true));
  assert.deepEqual(await answering(8), ['server-0', 'server-1']);
});
