import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, test } from 'node:test';
import type { Reason } from '../../../report/reasons/reasons.ts';
import type { WarningReason } from '../../../report/reasons/warning-reasons.ts';
import { type OperatorProcess, startOperator } from './operator.ts';
import { awaitPod, podAddress } from './pod-proxy.ts';
import { serving, writePodStatus } from './pods.ts';
import { operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

/**
 * What a fake admin endpoint of a proxy reports, for findings that would need a machine without memory or a
 * proxy of another version.
 */
let reported: object = {};
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
/** Number of specs so far; each is a generation, and the fake proxy serves the newest one at once. */
let changes = 0;
const server = http.createServer((_, response) =>
  response.end(JSON.stringify({ ...WELL, revision: `generation/${changes}`, ...reported })),
);

/** Makes the fake proxy report this, and changes the resource, so that the proxy is polled now. */
const setReport = async (more: object): Promise<void> => {
  reported = more;
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
  await setReport({});
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

/** The API server refuses this spec today, but objects stored before may have it. */
const NO_WEIGHT = {
  ...found('NoWeight', { backend: 'web' }),
  backends: [{ name: 'web', counts: { endpoints: 1, ready: 0 } }],
};

const READY: readonly { readonly report: object; readonly reason: Reason; readonly message: string }[] = [
  {
    report: found('SpecRefused', { path: 'spec.moon' }),
    reason: 'SpecRefused',
    message: 'Spec.moon: so it is.',
  },
  {
    report: { ...found('NotUnderstood', { listener: 'web' }), listeners: [] },
    reason: 'NotUnderstood',
    message: 'Listener web: So it is.',
  },
  {
    report: { ...NO_WEIGHT, ...found('OwnListener', { backend: 'web' }) },
    reason: 'OwnListener',
    message: 'Listener web: So it is.',
  },
  {
    report: NO_WEIGHT,
    reason: 'NoWeight',
    message: 'Listener web: So it is.',
  },
  {
    report: { source: { following: false, code: 'Forbidden', problem: 'Cannot follow Services: 403' } },
    reason: 'NotFollowing',
    message: 'The proxy receives no changes to the spec or to endpoints: Cannot follow Services: 403.',
  },
  {
    report: found('ListenerNotOpened', { listener: 'web' }),
    reason: 'ListenerNotOpened',
    message: 'Listener web: So it is.',
  },
];

for (const { report, reason, message } of READY)
  test(`a proxy that reports ${reason} makes the resource not Ready with that reason`, async () => {
    await setReport(report);
    assert.equal(await world.reason(namespace, 'edge', reason), message);
    await setReport({});
    await world.reason(namespace, 'edge', 'Available');
  });

const WARNED: readonly { readonly report: object; readonly reason: WarningReason }[] = [
  {
    report: found('DescriptorsShort'),
    reason: 'DescriptorsShort',
  },
  {
    report: found('MemoryShort'),
    reason: 'MemoryShort',
  },
  {
    report: found('SourcePortsShort', { backend: 'web' }),
    reason: 'SourcePortsShort',
  },
  {
    report: found('ClientsRefused'),
    reason: 'ClientsRefused',
  },
  {
    report: found('LimitReached', { backend: 'web' }),
    reason: 'LimitReached',
  },
  {
    report: found('AddressInvalid', { backend: 'web' }),
    reason: 'AddressInvalid',
  },
  {
    report: found('DrainedUnknown', { backend: 'web' }),
    reason: 'DrainedUnknown',
  },
  {
    report: found('EndpointRepeated', { backend: 'web' }),
    reason: 'EndpointRepeated',
  },
  {
    report: found('SecretMissing', { listener: 'web', path: 'spec.listeners[0].tls' }),
    reason: 'SecretMissing',
  },
  {
    report: found('CertificateInvalid', { listener: 'web', path: 'spec.listeners[0].tls' }),
    reason: 'CertificateInvalid',
  },
  {
    report: found('CertificateExpired', { listener: 'web', path: 'spec.listeners[0].tls' }),
    reason: 'CertificateExpired',
  },
  {
    report: found('CertificateExpires', { listener: 'web', path: 'spec.listeners[0].tls' }),
    reason: 'CertificateExpires',
  },
  {
    report: found('CaBundleMissing', { backend: 'web', path: 'spec.backends[0].tls' }),
    reason: 'CaBundleMissing',
  },
  {
    report: found('CaBundleInvalid', { backend: 'web', path: 'spec.backends[0].tls' }),
    reason: 'CaBundleInvalid',
  },
  {
    report: found('CaBundleExpires', { backend: 'web', path: 'spec.backends[0].tls' }),
    reason: 'CaBundleExpires',
  },
  {
    report: found('CaBundleExpired', { backend: 'web', path: 'spec.backends[0].tls' }),
    reason: 'CaBundleExpired',
  },
  {
    report: found('RevocationListExpires', { listener: 'web', path: 'spec.listeners[0].tls' }),
    reason: 'RevocationListExpires',
  },
  {
    report: found('EndpointsNotVerified', { backend: 'web', path: 'spec.backends[0].tls.mode' }),
    reason: 'EndpointsNotVerified',
  },
  {
    report: found('TicketKeysInvalid', { listener: 'web', path: 'spec.listeners[0].tls' }),
    reason: 'TicketKeysInvalid',
  },
  {
    report: found('RevocationListMissing', { listener: 'web', path: 'spec.listeners[0].tls' }),
    reason: 'RevocationListMissing',
  },
  {
    report: found('RevocationListInvalid', { listener: 'web', path: 'spec.listeners[0].tls' }),
    reason: 'RevocationListInvalid',
  },
  {
    report: found('RevocationListExpired', { listener: 'web', path: 'spec.listeners[0].tls' }),
    reason: 'RevocationListExpired',
  },
  {
    report: found('OcspResponseUnfit', { listener: 'web', path: 'spec.listeners[0].tls' }),
    reason: 'OcspResponseUnfit',
  },
  {
    report: found('SourceListMissing', { listener: 'web', path: 'spec.listeners[0].sources' }),
    reason: 'SourceListMissing',
  },
  {
    report: found('SourceListInvalid', { listener: 'web', path: 'spec.listeners[0].sources' }),
    reason: 'SourceListInvalid',
  },
  {
    report: found('PeersUntrusted', { listener: 'web', path: 'spec.listeners[0].proxyProtocol' }),
    reason: 'PeersUntrusted',
  },
  {
    report: found('ProxyHeadersMissing', { listener: 'web', path: 'spec.listeners[0].proxyProtocol' }),
    reason: 'ProxyHeadersMissing',
  },
  {
    report: found('HandshakeFlood', { listener: 'web', path: 'spec.listeners[0].tls' }),
    reason: 'HandshakeFlood',
  },
  {
    report: found('DrainDelayTooLong', { path: 'spec.drain.delay' }),
    reason: 'DrainDelayTooLong',
  },
  {
    report: found('FieldsIgnored', { path: 'spec.moon' }),
    reason: 'FieldsIgnored',
  },
  {
    report: found('ChecksNotMade', { backend: 'web' }),
    reason: 'ChecksNotMade',
  },
  {
    report: found('OutputFails'),
    reason: 'OutputFails',
  },
  {
    report: found('OtlpFails', { path: 'spec.otlp' }),
    reason: 'OtlpFails',
  },
  {
    report: found('MoonInTheWay'),
    reason: 'OtherFinding',
  },
];

for (const { report, reason } of WARNED)
  test(`a proxy that reports ${reason} causes a warning, and the resource stays Ready`, async () => {
    await setReport(report);
    await world.warned(namespace, 'edge', reason, /[Ss]o it is\.$/);
    await world.reason(namespace, 'edge', 'Available');
  });

test('a resource with a new spec is not Ready before the proxy has reported on it', async () => {
  await setReport({ revision: `generation/${changes}` });
  assert.equal(
    await world.reason(namespace, 'edge', 'Progressing'),
    '1 of 1 replica has not reported on this spec yet.',
  );
  reported = {};
  await world.reason(namespace, 'edge', 'Available');
});

test('a proxy that can no longer be reached causes a warning, and its last report is kept', async () => {
  await setReport({
    ...found('NoEndpoints', { backend: 'web' }),
    backends: [{ name: 'web', counts: { endpoints: 0, ready: 0 } }],
  });
  await world.reason(namespace, 'edge', 'NoEndpoints');
  server.closeAllConnections();
  server.close();
  await world.eventually('the warning', async () => {
    const warnings = (await world.status(namespace, 'edge'))?.conditions?.find(
      ({ type }) => type === 'Warnings',
    );
    return /The operator cannot read the status of 1 of 1 proxy .*nothing listens there\./.test(
      warnings?.message ?? '',
    );
  });
  await world.reason(namespace, 'edge', 'NoEndpoints');
  // A replacement pod that has not reported yet is no reason to report that nothing is served.
  const pod = await awaitPod(world, namespace);
  await world.kubectl('delete', 'pod', pod.metadata.name, '-n', namespace, '--grace-period=0', '--force');
  const next = await awaitPod(world, namespace, ({ metadata }) => metadata.uid !== pod.metadata.uid);
  await writePodStatus(world.transport, next, serving(true, podAddress()));
  await world.warned(namespace, 'edge', 'ProxiesUnreachable');
  await world.reason(namespace, 'edge', 'Available');
});
