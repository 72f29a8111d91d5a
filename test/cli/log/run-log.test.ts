import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { until } from '../../../tooling/wait/until.ts';
import { kubeconfigFolder } from '../../kube/kubeconfig-file.ts';
import { run } from '../captured.ts';

/** Stands for an API server whose kubelets have logs: one alone, without nodes, has none. */
const pods = new Map<string, { readonly lines: string[]; readonly streams: Set<ServerResponse> }>();
let mode: string;
const files = kubeconfigFolder();
let kubeconfig: string;

const line = (second: number, more: object = {}): string =>
  JSON.stringify({
    log: 'access',
    time: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
    listener: 'web',
    backend: 'web',
    endpoint: '192.0.2.10:80',
    client: '203.0.113.9:1',
    reason: 'Finished',
    ...more,
  });

const addPod = (name: string, ...lines: readonly string[]): void => {
  pods.set(name, { lines: [...lines], streams: new Set() });
};

const write = (name: string, text: string): void => {
  const pod = pods.get(name) ?? assert.fail();
  pod.lines.push(text);
  for (const stream of pod.streams) stream.write(`${text}\n`);
};

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
  const [, name] = /\/pods\/([^/]+)\/log$/.exec(pathname) ?? [];
  if (name !== undefined) {
    assert.equal(searchParams.get('container'), 'proxy');
    const pod = pods.get(name);
    if (pod === undefined) {
      response
        .writeHead(404)
        .end(JSON.stringify({ reason: 'NotFound', message: `pods "${name}" not found` }));
      return;
    }
    const since = searchParams.get('sinceTime');
    const isWanted = (text: string): boolean =>
      since === null ||
      !text.includes('"time"') ||
      Math.floor(Date.parse(JSON.parse(text).time) / 1000) >= Math.floor(Date.parse(since) / 1000);
    response.writeHead(200);
    response.write(
      pod.lines
        .filter(isWanted)
        .map((text) => `${text}\n`)
        .join(''),
    );
    if (searchParams.get('follow') !== 'true') response.end();
    else {
      response.flushHeaders();
      pod.streams.add(response);
      response.on('close', () => pod.streams.delete(response));
    }
    return;
  }
  const status = { phase: 'Running', podIP: '10.0.0.1', conditions: [{ type: 'Ready', status: 'True' }] };
  const answer = pathname.endsWith('/pods')
    ? {
        kind: 'PodList',
        apiVersion: 'v1',
        metadata: { resourceVersion: '1' },
        items: [...pods.keys()].map((name) => ({ metadata: { name, namespace: 'default' }, status })),
      }
    : {
        metadata: { name: 'edge', namespace: 'default' },
        spec: { accessLog: { mode } },
        status: { selector: 'a=b' },
      };
  response.end(JSON.stringify(answer));
});

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  kubeconfig = files.kubeconfig({ cluster: { server: `http://127.0.0.1:${port}` }, user: { token: 'x' } });
});

beforeEach(() => {
  mode = 'All';
  pods.clear();
});

after(() => {
  files.remove();
  server.closeAllConnections();
  server.close();
});

const log = (...args: readonly string[]) => run(['log', 'edge', '--kubeconfig', kubeconfig, ...args]);
const timesIn = (text: string): readonly string[] => text.match(/00:00:\d\d/g) ?? [];

test('lines of all replicas are in the order of time, and others are left out', async () => {
  addPod('p1', '{"level":"info","msg":"ready"}', line(1), line(4));
  addPod('p2', line(2), line(3, { reason: 'ClientReset' }));
  const { out, err, exitCode } = await log();
  assert.deepEqual(timesIn(out), ['00:00:01', '00:00:02', '00:00:03', '00:00:04']);
  assert.deepEqual({ err, exitCode }, { err: '', exitCode: 0 });
  assert.deepEqual(timesIn((await log('--tail', '2')).out), ['00:00:03', '00:00:04']);
  assert.deepEqual(timesIn((await log('--reason', 'ClientReset', '--source', '203.0.113.0/24')).out), [
    '00:00:03',
  ]);
  const [first] = (await log('-o', 'json')).out.split('\n');
  assert.deepEqual(JSON.parse(first ?? ''), { pod: 'p1', ...JSON.parse(line(1)) });
});

test('where nothing is logged, the command that changes that is shown', async () => {
  mode = 'Off';
  addPod('p1');
  const { out, err, exitCode } = await log();
  assert.match(err, /^! accessLog\.mode is Off.* -p '\{"spec":\{"accessLog":\{"mode":"Errors"\}\}\}'\n$/);
  assert.deepEqual({ out, exitCode }, { out: '', exitCode: 0 });
});

test('that there is nothing to show is said, and whether filters are why', async () => {
  addPod('p1', line(1), line(2));
  const none = await log('--listener', 'nope');
  assert.deepEqual(none, {
    out: '',
    err: '! None of 2 connections that have ended is one of those\n',
    exitCode: 0,
  });
  pods.clear();
  addPod('p2');
  assert.equal((await log()).err, '! No connection that has ended is in the log of 1 proxy\n');
});

test('without a pod that runs, the log cannot be shown', async () => {
  const { err, exitCode } = await log();
  assert.match(err, /no proxy pod runs; kubectl l4b why edge/);
  assert.equal(exitCode, 6);
});

test('a bad address is refused', async () => {
  const { err, exitCode } = await log('--source', '10.0.0.0/40');
  assert.match(err, /"10\.0\.0\.0\/40" is neither an address nor a CIDR range/);
  assert.equal(exitCode, 2);
});

test('log -f shows each new line once, after a stream broke off and of new replicas as well', async () => {
  addPod('p1', line(1));
  const main = join(import.meta.dirname, '..', '..', '..', 'bin', 'kubectl-l4b.js');
  const args = ['log', 'edge', '-f', '--kubeconfig', kubeconfig];
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
    });
    const shows = (...seconds: readonly number[]) =>
      until(`the seconds ${seconds}`, () => timesIn(shown).length >= seconds.length, {
        seen: () => shown,
      }).then(() =>
        assert.deepEqual(
          timesIn(shown),
          seconds.map((second) => `00:00:0${second}`),
        ),
      );
    /** Waits for a stream of the pod that is not one of those before. */
    const isFollowed = (name: string, before: ReadonlySet<ServerResponse> = new Set()) =>
      until(`${name} to be followed`, () =>
        [...(pods.get(name)?.streams ?? [])].some((stream) => !before.has(stream)),
      );
    await isFollowed('p1');
    write('p1', line(2));
    await shows(1, 2);
    const broken = new Set(pods.get('p1')?.streams);
    for (const stream of broken) stream.destroy();
    await isFollowed('p1', broken);
    write('p1', line(3));
    await shows(1, 2, 3);
    addPod('p2');
    await isFollowed('p2');
    write('p2', line(4));
    await shows(1, 2, 3, 4);
    child.kill('SIGINT');
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGINT']);
  } finally {
    child.kill('SIGKILL');
  }
});
