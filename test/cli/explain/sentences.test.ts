import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, grouped } from '../../../cli/explain/answers.ts';
import type { AskedClient } from '../../../cli/explain/flow.ts';
import { outcomeText, sentencesOf } from '../../../cli/explain/sentences.ts';

const ASKED: AskedClient = { from: '192.0.2.1', to: 'web', via: undefined, sni: undefined, alpn: [] };

const answer = (more: Partial<Answer>): Answer => ({
  reportVersion: 1,
  version: '0.1.0',
  tableVersion: 1,
  outcome: 'Refused',
  client: '192.0.2.1',
  listener: { name: 'web', port: 443, protocol: 'TCP' },
  limits: [],
  next: [],
  endpoints: [],
  omitted: 0,
  ...more,
});

const backend = {
  name: 'b',
  algorithm: 'LeastConnections',
  retries: 2,
  mostPerEndpoint: 5,
  panic: false,
  backups: false,
};
const limit = { reason: 'ConnectionLimit', used: 5, most: 5, exceeded: true };

const CASES: readonly (readonly [string, Partial<Answer>, Partial<AskedClient>, RegExp])[] = [
  [
    'a listener of UDP',
    { listener: { name: 'dns', port: 53, protocol: 'UDP' } },
    {},
    /open keeps its endpoint/,
  ],
  [
    'QUIC',
    { listener: { name: 'q', port: 1, protocol: 'UDP', sticky: true } },
    {},
    /found by its connection ID/,
  ],
  ['acceptors that pause', { paused: 'EMFILE' }, {}, /accepting fails with EMFILE/],
  [
    'a peer whose header decides',
    { outcome: 'HeaderDecides' },
    {},
    /ask with --via 192\.0\.2\.1, and with --from/,
  ],
  ['a load balancer for nothing', { via: '10.0.0.1' }, {}, /--via changes nothing/],
  [
    'who is not among the allowed',
    { source: { allowed: false } },
    {},
    /keep 192\.0\.2\.1 out: no allowed range contains it/,
  ],
  [
    'a limit that is reached',
    { limits: [limit], limitMode: 'Enforce' },
    {},
    /has 5 of 5 connections\. One more is refused \(ConnectionLimit\)/,
  ],
  [
    'a limit in mode Report',
    { limits: [limit], limitMode: 'Report' },
    {},
    /and let in: limits\.mode is Report/,
  ],
  [
    'a rate',
    { limits: [{ reason: 'SourceRateLimit', used: 3, most: 9, exceeded: false }] },
    {},
    /rate of this source lets 3 more in/,
  ],
  [
    'a limit of a newer version',
    { limits: [{ ...limit, reason: 'MoonLimit' }] },
    {},
    /Of MoonLimit there are 5 of 5/,
  ],
  ['a name for nothing', {}, { sni: 'a.example' }, /does not read TLS/],
  [
    'a name without a route',
    { tls: { mode: 'Passthrough' }, reason: 'TlsNameUnknown' },
    { sni: 'a.example', alpn: ['h2'] },
    /TLS names a\.example and offers h2: no route/,
  ],
  [
    'a protocol before TLS',
    {
      tls: { mode: 'Terminate', startTls: 'SMTP' },
      outcome: 'Endpoint',
      backend,
      listener: { name: 'm', port: 25, protocol: 'TCP', backend: 'b' },
    },
    {},
    /After SMTP .* names no server: no route is for that, so it goes to backend b\. TLS ends here\./,
  ],
  [
    'a backend without endpoints',
    { backend, reason: 'NoEndpoint' },
    {},
    /Backend b: It has no endpoint that takes/,
  ],
  ['full endpoints', { backend, outcome: 'Waits' }, {}, /has 5 connections, the most that one may have/],
  [
    'a panic',
    { backend: { ...backend, panic: true }, outcome: 'Waits' },
    {},
    /Too few endpoints of b are healthy, so that it uses others/,
  ],
];

for (const [what, more, asked, sentence] of CASES)
  test(`${what} is explained`, () =>
    assert.match(sentencesOf(answer(more), { ...ASKED, ...asked }).join('\n'), sentence));

test('an outcome of a newer version is shown as it is', () =>
  assert.equal(outcomeText(answer({ outcome: 'Mooned' })), 'Mooned'));

test('replicas that say the same are one group, whatever their figures, and most come first', () => {
  const served = (open: number, port: number): Answer =>
    answer({
      outcome: 'Endpoint',
      backend,
      endpoint: { address: '10.0.0.1', port },
      limits: [{ ...limit, used: open, exceeded: false }],
    });
  const groups = grouped(
    new Map([
      ['a', served(1, 80)],
      ['b', served(2, 81)],
      ['c', served(3, 81)],
    ]),
  );
  assert.deepEqual(
    groups.map(({ pods }) => pods),
    [['b', 'c'], ['a']],
  );
});
