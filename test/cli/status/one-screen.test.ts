import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Known } from '../../../cli/picture/join.ts';
import { join } from '../../../cli/picture/join.ts';
import { styleOf } from '../../../cli/print/style.ts';
import { MOST_SHOWN } from '../../../cli/status/backend-table.ts';
import type { PrintOptions } from '../../../cli/status/heading.ts';
import { oneScreen } from '../../../cli/status/one-screen.ts';
import { balancer, endpoint, known, NOW, reading } from '../known.ts';

const screen = (what: Known, more: Partial<PrintOptions> = {}) =>
  oneScreen(join(what), { width: undefined, style: styleOf(false), now: NOW, wide: false, ...more });

const OUT = {
  health: 'Unhealthy',
  used: false,
  reason: 'connect ECONNREFUSED 10.0.0.2:80',
  ejectedUntil: '2026-01-01T01:00:25Z',
};

/** A balancer with everything that a screen may show. */
const FULL = known(
  { 'l4b-edge-7f6c-2kxq': reading([endpoint('10.0.0.1'), endpoint('10.0.0.2', OUT)]) },
  {
    balancer: balancer({
      renderRevision: 'r2',
      addresses: [{ type: 'IPAddress', value: '203.0.113.7' }],
      tuning: [
        {
          name: 'net.core.somaxconn',
          asked: '65535',
          effective: '4096',
          ok: false,
          hint: 'Allow it in the kubelet.',
        },
        { name: 'acceptors', effective: '4', ok: true },
      ],
      conditions: [
        ...(balancer().status?.conditions ?? []),
        {
          type: 'Warnings',
          status: 'True',
          reason: 'SourcesHidden',
          message: `The proxies may see ${'addresses of nodes '.repeat(8)}.`,
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    }),
  },
);

test('a screen says what it is, how it is, and what is out, why and for how long', () => {
  const text = screen(FULL).join('\n');
  assert.match(text, /^shop\/edge {3}Ready, Available for 60m$/m);
  assert.match(
    text,
    /1 of 1 replica ready, 0 open connections, 203\.0\.113\.7, pods of revision r2, generation 4, 12d old/,
  );
  assert.match(text, /^ {2}! SourcesHidden: The proxies/m);
  assert.match(text, /^web +8080\/TCP +web +2\/2 /m);
  assert.match(text, /^BACKEND web, Service web:80, RoundRobin, for web, 1 of 2 endpoints in use$/m);
  assert.match(
    text,
    /^ {2}10\.0\.0\.2:80 +Out .*ECONNREFUSED 10\.0\.0\.2:80; ejected for 25s more, unless checks pass$/m,
  );
  assert.match(text, /^l4b-edge-7f6c-2kxq +n1 +Ready +generation\/4 +0\.1\.0/m);
  assert.match(text, /^net\.core\.somaxconn +65535 +4096 +Allow it in the kubelet\.$/m);
  assert.match(text, /^… 1 other setting in effect: -o wide shows all$/m);
});

for (const width of [80, 200])
  test(`a screen of ${width} columns has no longer line, and loses no endpoint`, () => {
    const lines = screen(FULL, { width });
    for (const line of lines) assert.ok(line.length <= width, `${line.length}: ${line}`);
    assert.match(lines.join('\n'), /^ {2}10\.0\.0\.2:80 +Out/m);
  });

test('of very many endpoints, those that are out are shown, and the others are counted', () => {
  const many = Array.from({ length: 4096 }, (_, at) =>
    endpoint(`10.0.${at >> 8}.${at & 255}`, at === 4000 ? OUT : {}),
  );
  const lines = screen(known({ p: reading(many) }));
  assert.ok(lines.length < MOST_SHOWN + 20);
  assert.ok(lines.some((line) => line.startsWith('  10.0.15.160:80   Out')));
  assert.ok(lines.includes('  … 4,080 more, 4,080 in use: -o wide shows all'));
  assert.ok(screen(known({ p: reading(many) }), { wide: true }).length > 4096);
});

test('where no operator has acted, the screen says so', () => {
  const untouched = known({}, { balancer: balancer({ conditions: [], observedGeneration: -1 }) });
  assert.match(screen(untouched).join('\n'), /! No operator has acted on it yet/);
  const behind = known({}, { balancer: balancer({ observedGeneration: 3 }) });
  assert.match(screen(behind).join('\n'), /! The operator has acted on generation 3 of 4/);
});

test('connections that ended otherwise than by both sides finishing are counted by reason', () => {
  const ends = [
    { listener: 'web', reason: 'ConnectFailed', total: 1200, perSecond: 2.5 },
    { listener: 'web', reason: 'Finished', total: 90, perSecond: 0 },
    { listener: 'web', reason: 'IdleTimeout', total: 7, perSecond: 0 },
  ];
  const lines = screen(known({ p: reading([]) }, { ends }));
  assert.ok(lines.includes('ENDED  ConnectFailed 1,200, 2.5/s now; IdleTimeout 7'), lines.join('\n'));
});

test('limits show what they refuse', () => {
  const limits = {
    mode: 'Enforce',
    limiting: true,
    open: 1,
    refused: [{ reason: 'ConnectionLimit', total: 1200 }],
    wouldRefuse: [],
    topSources: [],
  };
  const listener = { name: 'web', port: 8080, backend: 'web', open: 1, accepted: 1, closed: 0, limits };
  const text = screen(known({ p: reading([], { listeners: [listener] }) })).join('\n');
  assert.match(text, /^web .* limiting now; refused: ConnectionLimit 1,200$/m);
});

const HISTORY = [
  {
    time: '2026-01-01T00:58:00Z',
    generation: 9,
    generations: 3,
    by: 'kubectl-edit',
    what: 'listener web: port 8080 → 8443',
  },
  {
    time: '2026-01-01T00:00:00Z',
    servedAt: '2026-01-01T00:00:01Z',
    generation: 6,
    podRevision: '2',
    what: 'created',
  },
];

test('a screen names the last change, and -o wide lists all with who made them', () => {
  const what = known({}, { balancer: balancer({ history: HISTORY }) });
  assert.match(
    screen(what).join('\n'),
    /^CHANGED {2}2m ago by kubectl-edit: listener web: port 8080 → 8443 \(not yet served by all replicas\); -o wide shows 1 earlier change$/m,
  );
  const wide = screen(what, { wide: true }).join('\n');
  assert.match(wide, /^CHANGED +SERVED BY +GENERATION +PODS +BY +WHAT$/m);
  assert.match(wide, /^2m ago +some +7–9 +– +kubectl-edit +listener web: port 8080 → 8443$/m);
  assert.match(wide, /^60m ago +all +6 +2 +– +created$/m);
});

test('certificates show how long they are valid, who uses them, and what is wrong with them', () => {
  const one = (secret: string, more: object = {}) => ({
    secret,
    names: ['a.example'],
    usedBy: ['https'],
    ...more,
  });
  const certificates = [
    one('fresh', { daysLeft: 84, notAfter: '2026-03-26T00:00:00Z', names: ['a', 'b', 'c', 'd'] }),
    one('soon', { daysLeft: 9, usedByBackends: ['db'] }),
    one('last', { daysLeft: 1, usedBy: ['https', 'smtp'] }),
    one('past', { daysLeft: -1 }),
    one('broken', { names: [], problem: 'The key does not fit.' }),
  ];
  const lines = screen(known({ p: reading([]) }, { balancer: balancer({ certificates }) }));
  const at = lines.findIndex((line) => line.startsWith('CERTIFICATE'));
  assert.deepEqual(lines.slice(at, at + 6), [
    'CERTIFICATE       LEFT   NAMES        USED BY',
    'fresh         over 84d   a, b, c, …   https',
    'soon                9d   a.example    https, backend db',
    'last                1d   a.example    https, smtp',
    'past           expired   a.example    https',
    'broken            none                https               The key does not fit.',
  ]);
  assert.ok(
    !screen(known({ p: reading([]) }))
      .join('\n')
      .includes('CERTIFICATE'),
  );
});

test('a certificate is amber from when a replica warns of it, and not only because it is for few days', () => {
  const one = (name: string, warnedFrom: string) => ({
    reported: { name, names: [], usedBy: ['https'], warnedFrom },
    row: { secret: name, names: [], daysLeft: 6, notAfter: '2026-01-07T01:00:00Z', usedBy: ['https'] },
  });
  const [fresh, due] = [one('fresh', '2026-01-05T07:00:00Z'), one('due', '2026-01-01T00:59:59Z')];
  const what = known(
    { p: reading([], { certificates: [fresh.reported, due.reported] }) },
    { balancer: balancer({ certificates: [fresh.row, due.row] }) },
  );
  const lines = screen(what, { style: styleOf(true) });
  const lineOf = (name: string) => lines.find((line) => line.startsWith(name)) ?? assert.fail(name);
  assert.ok(lineOf('due').includes(styleOf(true)('warn', '6d')), lineOf('due'));
  assert.ok(!lineOf('fresh').includes('\u001b'), lineOf('fresh'));
});
