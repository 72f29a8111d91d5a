import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, test } from 'node:test';
import type { Reason } from '../../../operator/status/reasons.ts';
import type { WarningReason } from '../../../operator/status/warning-reasons.ts';
import { type OperatorProcess, startOperator } from './operator.ts';
import { awaitPod, podAddress } from './pod-proxy.ts';
import { serving, writePodStatus } from './pods.ts';
import { operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

/** A proxy's admin endpoint that says what it is told to: what takes a machine without memory or another version to come about. */
let said: object = {};
const WELL = {
  source: { following: true },
  tuning: [],
  listeners: [{ name: 'web' }],
  backends: [{ name: 'web', counts: { endpoints: 1, ready: 1 } }],
  findings: [],
};

let world: TestWorld;
let operator: OperatorProcess;
let namespace: string;
/** Specs so far; each is a generation, and the proxy serves the newest at once. */
let changes = 0;
const server = http.createServer((_, response) =>
  response.end(JSON.stringify({ ...WELL, revision: `generation/${changes}`, ...said })),
);

/** Lets the proxy say this, and changes the resource, so that it is asked now. */
const tell = async (more: object): Promise<void> => {
  said = more;
  changes++;
  await world.apply(namespace, 'edge', { drain: { delay: `${changes}s` } });
};

before(async () => {
  world = await startWorld();
  operator = startOperator(await operatorLogin(world.cp));
  await operator.line('caches synced');
  const ip = podAddress();
  server.listen(9901, ip);
  await once(server, 'listening');
  namespace = await world.newNamespace();
  await tell({});
  await writePodStatus(world.transport, await awaitPod(world, namespace), serving(true, ip));
  await world.reason(namespace, 'edge', 'Available');
});

after(async () => {
  server.closeAllConnections();
  server.close();
  await operator?.stop();
  await world?.close();
});

const found = (code: string, more: object = {}) => ({
  findings: [{ code, path: 'spec', message: 'so it is', ...more }],
});

/** Refused when it is written today; objects written before the rule existed may have it. */
const NO_WEIGHT = {
  ...found('NoWeight', { backend: 'web' }),
  backends: [{ name: 'web', counts: { endpoints: 1, ready: 0 } }],
};

const READY: readonly { readonly says: object; readonly reason: Reason; readonly message: string }[] = [
  {
    says: found('SpecRefused', { path: 'spec.moon' }),
    reason: 'SpecRefused',
    message: 'Spec.moon: so it is.',
  },
  {
    says: { ...found('NotUnderstood', { listener: 'web' }), listeners: [] },
    reason: 'NotUnderstood',
    message: 'Listener web: So it is.',
  },
  {
    says: { ...NO_WEIGHT, ...found('OwnListener', { backend: 'web' }) },
    reason: 'OwnListener',
    message: 'Listener web: So it is.',
  },
  {
    says: NO_WEIGHT,
    reason: 'NoWeight',
    message: 'Listener web: So it is.',
  },
  {
    says: { source: { following: false, code: 'Forbidden', problem: 'Cannot follow Services: 403' } },
    reason: 'NotFollowing',
    message: 'It receives no changes to the spec or to endpoints: Cannot follow Services: 403.',
  },
  {
    says: found('ListenerNotOpened', { listener: 'web' }),
    reason: 'ListenerNotOpened',
    message: 'Listener web: So it is.',
  },
];

for (const { says, reason, message } of READY)
  test(`a proxy that says ${reason} makes the resource not Ready for that reason`, async () => {
    await tell(says);
    assert.equal(await world.reason(namespace, 'edge', reason), message);
    await tell({});
    await world.reason(namespace, 'edge', 'Available');
  });

const WARNED: readonly { readonly says: object; readonly reason: WarningReason }[] = [
  {
    says: found('DescriptorsShort'),
    reason: 'DescriptorsShort',
  },
  {
    says: found('MemoryShort'),
    reason: 'MemoryShort',
  },
  {
    says: found('SourcePortsShort', { backend: 'web' }),
    reason: 'SourcePortsShort',
  },
  {
    says: found('ClientsRefused'),
    reason: 'ClientsRefused',
  },
  {
    says: found('LimitReached', { backend: 'web' }),
    reason: 'LimitReached',
  },
  {
    says: found('AddressInvalid', { backend: 'web' }),
    reason: 'AddressInvalid',
  },
  {
    says: found('EndpointRepeated', { backend: 'web' }),
    reason: 'EndpointRepeated',
  },
  {
    says: found('DrainDelayTooLong', { path: 'spec.drain.delay' }),
    reason: 'DrainDelayTooLong',
  },
  {
    says: found('FieldsIgnored', { path: 'spec.moon' }),
    reason: 'FieldsIgnored',
  },
  {
    says: found('OutputFails'),
    reason: 'OutputFails',
  },
  {
    says: found('MoonInTheWay'),
    reason: 'OtherFinding',
  },
];

for (const { says, reason } of WARNED)
  test(`a proxy that says ${reason} is warned of, and the resource stays Ready`, async () => {
    await tell(says);
    assert.match(await world.warned(namespace, 'edge', reason), /[Ss]o it is\.$/);
    await world.reason(namespace, 'edge', 'Available');
  });

test('a new spec is not called done before the proxy has said what it makes of it', async () => {
  await tell({ revision: `generation/${changes}` });
  assert.equal(
    await world.reason(namespace, 'edge', 'Progressing'),
    '1 of 1 replica has not reported on this spec yet.',
  );
  said = {};
  await world.reason(namespace, 'edge', 'Available');
});

test('a proxy that cannot be asked any more is told of, and what it said last stands', async () => {
  await tell({
    ...found('NoEndpoints', { backend: 'web' }),
    backends: [{ name: 'web', counts: { endpoints: 0, ready: 0 } }],
  });
  await world.reason(namespace, 'edge', 'NoEndpoints');
  server.closeAllConnections();
  server.close();
  await world.eventually('told of', async () => {
    const warnings = (await world.status(namespace, 'edge'))?.conditions?.find(
      ({ type }) => type === 'Warnings',
    );
    return /The operator cannot read the status of 1 of 1 proxy .*nothing listens there\./.test(
      warnings?.message ?? '',
    );
  });
  await world.reason(namespace, 'edge', 'NoEndpoints');
  // A pod in its place of which nothing is known is no reason to say that nobody is served.
  const pod = await awaitPod(world, namespace);
  await world.kubectl('delete', 'pod', pod.metadata.name, '-n', namespace, '--grace-period=0', '--force');
  const next = await awaitPod(world, namespace, ({ metadata }) => metadata.uid !== pod.metadata.uid);
  await writePodStatus(world.transport, next, serving(true, podAddress()));
  await world.warned(namespace, 'edge', 'ProxiesUnreachable');
  await world.reason(namespace, 'edge', 'Available');
});
