import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Happened } from '../../../cli/cluster/events.ts';
import { join, type Known } from '../../../cli/picture/join.ts';
import { styleOf } from '../../../cli/print/style.ts';
import { answerLines } from '../../../cli/why/answer.ts';
import { commandsFor } from '../../../cli/why/commands.ts';
import type { Problem, Weight } from '../../../cli/why/problem.ts';
import { problemsOf } from '../../../cli/why/problems.ts';
import { REASONS } from '../../../report/reasons/reasons.ts';
import { WARNING_REASONS } from '../../../report/reasons/warning-reasons.ts';
import { balancer, endpoint, known, NOW, pod, reading } from '../known.ts';

const find = (what: Known, events: readonly Happened[] = []): readonly Problem[] =>
  problemsOf({ balancer: what.balancer, picture: join(what), events, now: NOW });

const condition = (type: string, status: string, reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});
const SELECTOR = { selector: 'app=edge' };
const notReady = (reason: string, message: string) =>
  balancer({ ...SELECTOR, conditions: [condition('Ready', 'False', reason, message)] });
const GOOD = reading([endpoint('10.0.0.1')]);
const OUT = endpoint('10.0.0.2', { health: 'Unhealthy', used: false, reason: 'connection refused' });
const event = (more: Partial<Happened> = {}): Happened => ({
  reason: 'FailedScheduling',
  note: '0/2 nodes are available',
  about: 'Pod p',
  name: 'p',
  lastAt: '2026-01-01T00:59:00Z',
  times: 3,
  ...more,
});

const CASES: readonly {
  readonly name: string;
  readonly what: Known;
  readonly reason: string;
  readonly weight: Weight;
  readonly sentence: RegExp;
  readonly command: RegExp;
}[] = [
  {
    name: 'no operator has acted',
    what: known({}, { balancer: balancer({ conditions: [], observedGeneration: -1 }) }),
    reason: 'NoOperator',
    weight: 'Stops',
    sentence: /No operator has acted/,
    command: /^kubectl get pods -A -l app\.kubernetes\.io\/name=l4balancer-operator$/,
  },
  {
    name: 'the operator is behind',
    what: known({ p: GOOD }, { balancer: balancer({ observedGeneration: 3 }) }),
    reason: 'OperatorBehind',
    weight: 'Harms',
    sentence: /generation 3 of the spec, which is at 4/,
    command: /l4balancer-operator/,
  },
  {
    name: 'a node refuses a sysctl',
    what: known({}, { balancer: notReady('SysctlForbidden', 'Node n1 refuses it.') }),
    reason: 'SysctlForbidden',
    weight: 'Stops',
    sentence: /^Node n1 refuses it\.$/,
    command: /patch l4b edge .*'\{"spec":\{"tuning":\{"sysctlMethod":"InitContainer"\}\}\}'$/,
  },
  {
    name: 'a rollout goes on',
    what: known({ p: GOOD }, { balancer: notReady('Progressing', '1 of 2 replicas.') }),
    reason: 'Progressing',
    weight: 'Passes',
    sentence: /1 of 2/,
    command: /^kubectl l4b status edge -n shop -w$/,
  },
  {
    name: 'a later operator writes a reason that is unknown here',
    what: known({}, { balancer: notReady('MoonInTheWay', 'It is.') }),
    reason: 'MoonInTheWay',
    weight: 'Stops',
    sentence: /It is/,
    command: /edit l4b edge$/,
  },
  {
    name: 'a pod does not start',
    what: known(
      {},
      {
        balancer: balancer(SELECTOR),
        pods: [pod('p', { phase: 'Pending', conditions: [], reason: 'Evicted', message: 'Disk is full' })],
      },
    ),
    reason: 'PodNotReady',
    weight: 'Harms',
    sentence: /^Pod p is not ready: Evicted: Disk is full\.$/,
    command: /^kubectl -n shop describe pods -l app=edge$/,
  },
  {
    name: 'a proxy does not answer',
    what: known({ p: { kind: 'None', code: 'Unreachable', why: 'nothing listens there' } }),
    reason: 'ProxySilent',
    weight: 'Warns',
    sentence: /pod p does not answer: nothing listens there/,
    command: /networkpolicies/,
  },
  {
    name: 'an endpoint is out',
    what: known({ p: reading([endpoint('10.0.0.1'), OUT]) }),
    reason: 'EndpointsOut',
    weight: 'Harms',
    sentence: /^Backend web: 1 of 2 endpoints out: 10\.0\.0\.2:80 \(connection refused\)\.$/,
    command: /get endpointslices -l kubernetes\.io\/service-name=web$/,
  },
  {
    name: 'a proxy finds a port taken',
    what: known({
      p: reading([], {
        findings: [
          { code: 'PortTaken', path: 'spec.listeners[0]', message: 'It is taken.', listener: 'web' },
        ],
      }),
    }),
    reason: 'PortTaken',
    weight: 'Harms',
    sentence: /^Listener web: It is taken\.$/,
    command: /edit l4b edge$/,
  },
  {
    name: 'a replica serves an older generation',
    what: known({ p: reading([], { revision: 'generation/3' }) }),
    reason: 'ServesOther',
    weight: 'Passes',
    sentence: /Pod p serves generation\/3, not generation\/4/,
    command: /logs p/,
  },
  {
    name: 'a setting of the kernel is not in effect',
    what: known(
      { p: GOOD },
      {
        balancer: balancer({
          tuning: [{ name: 'somaxconn', asked: '65535', effective: '4096', ok: false, hint: 'Allow it.' }],
        }),
      },
    ),
    reason: 'TuningNotInEffect',
    weight: 'Warns',
    sentence: /somaxconn: asked 65535, in effect 4096\. Allow it\./,
    command: /-o wide$/,
  },
  {
    name: 'the resource is paused',
    what: known(
      { p: GOOD },
      { balancer: balancer({ conditions: [condition('Ready', 'True', 'Paused', 'It is paused.')] }) },
    ),
    reason: 'Paused',
    weight: 'Warns',
    sentence: /It is paused/,
    command: /"paused":false/,
  },
];

for (const { name, what, reason, weight, sentence, command } of CASES)
  test(`when ${name}, the answer is ${reason}, with the command for it`, () => {
    const [first, ...more] = find(what);
    assert.deepEqual([first?.reason, first?.weight, more.length], [reason, weight, 0]);
    assert.match(first?.what[0] ?? '', sentence);
    assert.match(first?.commands[0] ?? '', command);
    assert.ok((first?.remedy ?? '') !== '');
  });

test('when all is well, nothing is wrong', () => {
  const what = known({ p: GOOD });
  assert.deepEqual(find(what), []);
  const [line] = answerLines([], [], join(what), { width: undefined, style: styleOf(false) });
  assert.equal(line, 'shop/edge: nothing is wrong. 1 replica serves 1 listener, 0 connections are open.');
});

test('what stops everything comes first, and what passes by itself last', () => {
  const limits = { limiting: true };
  const listener = { name: 'web', port: 8080, backend: 'web', limits };
  const what = known(
    { p: reading([OUT], { listeners: [listener], revision: 'generation/3' }) },
    { balancer: notReady('QuotaExceeded', 'No pods left.') },
  );
  assert.deepEqual(
    find(what).map(({ reason }) => reason),
    ['QuotaExceeded', 'EndpointsOut', 'Limiting', 'ServesOther'],
  );
});

test('what the operator and several proxies say is said once', () => {
  const finding = { code: 'PortTaken', path: '', message: 'Port 80 is taken.', listener: 'web' };
  const what = known(
    { a: reading([], { findings: [finding] }), b: reading([], { findings: [finding] }) },
    { balancer: notReady('PortTaken', 'Listener web: Port 80 is taken.') },
  );
  const [only, ...more] = find(what);
  assert.equal(more.length, 0);
  assert.deepEqual(only?.what, ['Listener web: Port 80 is taken.']);
  assert.equal(only?.weight, 'Stops');
});

test('recent events add what nothing else has said', () => {
  const what = known({ p: GOOD }, { balancer: notReady('Unschedulable', 'No node fits.') });
  const events = [
    event(),
    event({ reason: 'Unschedulable' }),
    event({ reason: 'Old', lastAt: '2025-12-31T00:00:00Z' }),
  ];
  const found = find(what, events);
  assert.deepEqual(
    found.map(({ reason }) => reason),
    ['Unschedulable', 'FailedScheduling'],
  );
  assert.deepEqual(found[1]?.what, ['Pod p, 60s ago, 3 times: 0/2 nodes are available']);
});

test('what the operator reported of the resource, and its status does not have any more, has passed', () => {
  const about = 'L4Balancer edge';
  const events = [
    event({ reason: 'ListenerNotOpened', about }),
    event({ reason: 'PullFailed', about: 'Pod p' }),
    event({ reason: 'Limiting', about }),
  ];
  const found = find(known({ p: GOOD }), events);
  assert.deepEqual(
    found.map(({ reason }) => reason),
    ['PullFailed', 'Limiting'],
  );
});

test('every reason of the catalogues has a command, except those that say that all is well', () => {
  const about = { namespace: 'shop', name: 'edge', selector: 'app=edge', services: ['web'] };
  for (const reason of [...Object.keys(REASONS), ...Object.keys(WARNING_REASONS)])
    for (const command of commandsFor(reason, about)) assert.match(command, /^kubectl /, reason);
});

test('endpoints that are listed in the resource are mended there', () => {
  const about = { namespace: 'shop', name: 'edge', selector: '', services: [] };
  assert.deepEqual(commandsFor('EndpointsOut', about), ['kubectl -n shop edit l4b edge']);
});

test('no command selects all pods because the operator has not written what selects them', () => {
  const about = { namespace: 'shop', name: 'edge', selector: '', services: [] };
  assert.deepEqual(commandsFor('CrashLoop', about), []);
  assert.deepEqual(commandsFor('NotReady', about), []);
});

const NOT_ASKED = `The proxies were not asked: ${'you lack a right, '.repeat(10)}so it is`;

for (const width of [80, 200])
  test(`sentences wrap at ${width} columns, and commands stay in one line`, () => {
    const what = known({}, { balancer: notReady('SysctlForbidden', 'Node n1 refuses it. '.repeat(20)) });
    const lines = answerLines(find(what), [NOT_ASKED], join(what), { width, style: styleOf(false) });
    const commands = lines.filter((line) => line.trimStart().startsWith('kubectl '));
    assert.equal(commands.length, 1);
    for (const line of lines) if (!commands.includes(line)) assert.ok(line.length <= width, line);
  });
