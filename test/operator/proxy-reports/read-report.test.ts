import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import { parseReport } from '../../../operator/proxy-reports/parse-report.ts';
import { ReportError, readReport } from '../../../operator/proxy-reports/read-report.ts';

const never = new AbortController().signal;
const GOOD = {
  version: '1',
  tuning: [{ name: 'acceptors', asked: '8', effective: '4', ok: false, hint: 'more', own: 1 }],
  backends: [
    {
      name: 'web',
      algorithm: 'RoundRobin',
      endpoints: [
        { health: 'Healthy', open: 1 },
        { health: 'Unknown' },
        { health: 'Unhealthy' },
        { health: 'Healthy', ejectedUntil: '2026-11-25T12:00:00Z' },
      ],
    },
  ],
};

/** Resolves with the port that the server listens on. */
const serve = async (t: TestContext, host: string, server: net.Server): Promise<number> => {
  server.listen(0, host);
  await once(server, 'listening');
  t.after(() => {
    if (server instanceof http.Server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as net.AddressInfo).port;
};
const failure = async (port: number): Promise<string> => {
  try {
    await readReport('127.0.0.1', port, never);
  } catch (error) {
    assert.ok(error instanceof ReportError);
    return error.why;
  }
  return assert.fail('it answered');
};

test('a report of the first version, which has no summary, is understood', async (t) => {
  const server = http.createServer((request, response) => {
    assert.equal(request.url, '/status?summary');
    response.end(JSON.stringify(GOOD));
  });
  const port = await serve(t, '127.0.0.1', server);
  assert.deepEqual(await readReport('127.0.0.1', port, never), {
    knobs: [{ name: 'acceptors', asked: '8', effective: '4', ok: false, hint: 'more' }],
    backends: [{ name: 'web', endpoints: 4, ready: 2 }],
    listeners: [],
    limiting: [],
    uptimeMs: undefined,
    shares: [],
    certificates: [],
    traffic: { open: 0, accepted: 0 },
    findings: [],
    revision: undefined,
    follows: true,
    loss: undefined,
  });
});

test('a status of the first version with as many endpoints as a spec can name is within the size limit', async (t) => {
  const endpoint = {
    address: '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
    port: 65_535,
    weight: 256,
    health: 'Unhealthy',
    reason: 'x'.repeat(100),
    share: 0.123,
    used: false,
    open: 100_000,
    connections: 10 ** 9,
    failures: 10 ** 9,
  };
  const endpoints = Array.from({ length: 256 }, () => endpoint);
  const backends = Array.from({ length: 64 }, (_, index) => ({ name: `b${index}`, endpoints }));
  const server = http.createServer((_, response) => response.end(JSON.stringify({ tuning: [], backends })));
  const port = await serve(t, '127.0.0.1', server);
  assert.equal((await readReport('127.0.0.1', port, never)).backends.length, 64);
});

test('a summary provides the counts, the listeners, the findings, and whether the source is followed', () => {
  const finding = { code: 'PortTaken', path: 'spec.listeners[0].port', message: 'taken', listener: 'web' };
  const counted = { admitted: 20, refused: 3 };
  const SHARES = [
    { limit: 'ofLater', amount: 1, version: 1, held: 0, ...counted },
    { limit: 'connectionRate', amount: 500, version: 8, held: 0, ...counted },
    { limit: 'connections', amount: 5, version: 9, held: 4, ...counted },
  ];
  const SHARE = { listener: 'web', admittedTotal: 20, refusedTotal: 3, refused: 0 };
  const body = {
    uptimeMs: 5,
    revision: 'generation/3',
    source: { from: 'a', following: false, code: 'Unauthorized', problem: 'Cannot follow', lostForMs: 10 },
    tuning: [],
    listeners: [{ name: 'web', port: 80, shares: SHARES }],
    backends: [{ name: 'web', algorithm: 'RoundRobin', counts: { endpoints: 3, ready: 1 } }],
    findings: [finding],
  };
  assert.deepEqual(parseReport(JSON.stringify(body)), {
    uptimeMs: 5,
    revision: 'generation/3',
    follows: false,
    loss: { code: 'Unauthorized', problem: 'Cannot follow' },
    knobs: [],
    certificates: [],
    traffic: { open: 0, accepted: 0 },
    listeners: ['web'],
    limiting: [],
    shares: [
      { ...SHARE, limit: 'connections', amount: 5, version: 9, held: 4, used: 4 },
      { ...SHARE, limit: 'connectionRate', amount: 500, version: 8, held: 0, used: undefined },
    ],
    backends: [{ name: 'web', endpoints: 3, ready: 1 }],
    findings: [finding],
  });
});

test('listeners whose limits refuse connections are told from others, and from those of older proxies', () => {
  const limits = { mode: 'Enforce', limiting: true };
  const listeners = [
    { name: 'a', limits },
    { name: 'b', limits: { ...limits, limiting: false } },
    { name: 'c' },
  ];
  assert.deepEqual(parseReport(JSON.stringify({ tuning: [], listeners }))?.limiting, ['a']);
});

test('removed listeners do not count, however many they are and however long their connections last', () => {
  const served = Array.from({ length: 64 }, (_, index) => ({ name: `new-${index}`, port: 80 }));
  const leaving = served.map(({ port }, index) => ({ name: `old-${index}`, port, leaving: true }));
  for (const listeners of [
    [...served, ...leaving],
    [...leaving, ...served],
  ])
    assert.deepEqual(
      parseReport(JSON.stringify({ tuning: [], listeners }))?.listeners,
      served.map(({ name }) => name),
    );
});

for (const [list, own, entry] of [
  ['tuning', 'knobs', { name: 'a', effective: 'b', ok: true }],
  ['listeners', 'listeners', { name: 'a' }],
  ['backends', 'backends', { name: 'a' }],
] as const)
  test(`as many entries of ${list} are kept as a status can hold`, () => {
    const body = { tuning: [], [list]: Array.from({ length: 1_000 }, () => entry) };
    assert.equal(parseReport(JSON.stringify(body))?.[own].length, 64);
  });

test('the most severe findings are kept if there are more than a status can hold', () => {
  const repeated = Array.from({ length: 5_000 }, () => ({
    code: 'EndpointRepeated',
    path: 'spec.backends[0].endpoints',
    message: 'twice',
  }));
  const taken = { code: 'PortTaken', path: 'spec.listeners[0].port', message: 'taken' };
  const body = { tuning: [], findings: [...repeated, taken] };
  const { findings = [] } = parseReport(JSON.stringify(body)) ?? {};
  assert.equal(findings.length, 512);
  assert.deepEqual(findings[0], taken);
});

const ODD: readonly (readonly [string, http.RequestListener, string])[] = [
  ['rubbish', (_, response) => response.end('<html>'), 'its response is not the status of a proxy.'],
  [
    'JSON of something else',
    (_, response) => response.end('[]'),
    'its response is not the status of a proxy.',
  ],
  ['an error', (_, response) => response.writeHead(503).end(), 'it responded with status 503.'],
  [
    'half a response',
    (_, response) => {
      response.writeHead(200, { 'content-length': '9' }).write('x');
      response.destroy();
    },
    'the connection was reset.',
  ],
  [
    'too much',
    (_, response) => response.end(Buffer.alloc(9 * 1024 * 1024)),
    'its response is too long to be a status.',
  ],
];

for (const [what, listener, expected] of ODD)
  test(`${what} instead of a status is reported in plain words`, async (t) => {
    assert.equal(await failure(await serve(t, '127.0.0.1', http.createServer(listener))), expected);
  });

test('a server that accepts the connection but does not respond times out', async (t) => {
  const port = await serve(
    t,
    '127.0.0.1',
    net.createServer(() => {}),
  );
  assert.equal(await failure(port), 'it did not respond within 3 s.');
});

test('a port without a listener is reported as such', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  assert.equal(await failure(port), 'nothing listens there.');
});

test('an IPv6 address is supported as well', async (t) => {
  const server = http.createServer((_, response) => response.end(JSON.stringify(GOOD)));
  const port = await serve(t, '::1', server);
  assert.equal((await readReport('::1', port, never)).knobs.length, 1);
});

test('texts of a report are cut to what a status can hold', () => {
  const long = 'x'.repeat(100_000);
  const body = { tuning: [{ name: long, effective: long, ok: false, hint: long }] };
  const [knob] = parseReport(JSON.stringify(body))?.knobs ?? [];
  assert.deepEqual([knob?.name.length, knob?.effective.length, knob?.hint?.length], [253, 256, 1024]);
});

for (const [what, body] of [
  ['no JSON', '{'],
  ['no tuning', '{}'],
  ['a knob without its value', '{"tuning":[{"name":"a","ok":true}]}'],
] as const)
  test(`${what} is not a report`, () => assert.equal(parseReport(body), undefined));
