import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchShortage } from '../../../proxy/control/shortage.ts';
import type { AcceptErrno } from '../../../proxy/engine/accept-errno.ts';
import { CLOSES } from '../../../proxy/engine/close-reason.ts';
import type { EngineStats } from '../../../proxy/engine/stats.ts';
import type { FindingCode } from '../../../report/finding.ts';
import { acceptorStats, backendStats, endpointStats, engineStats } from '../stats.ts';

const ended = (total: number): EngineStats['closes'] =>
  CLOSES.map((close) => ({ ...close, total: close.reason === 'NoDescriptors' ? total : 0 }));

test('a shortage is reported from the first connection that it closed until a minute after the last one', () => {
  let now = 0;
  const detect = watchShortage({ fileDescriptors: 1024, now: () => now });
  const at = (time: number, total: number) => {
    now = time;
    return detect(engineStats({ closes: ended(total) }));
  };
  assert.deepEqual(at(0, 0), []);
  assert.match(
    at(2_000, 3)[0]?.message ?? '',
    /is out of file descriptors or memory. The limit is 1024 file descriptors, and each connection needs two/,
  );
  assert.equal(at(60_000, 3).length, 1);
  assert.equal(at(61_000, 4).length, 1);
  assert.equal(at(121_000, 4).length, 1);
  assert.deepEqual(at(121_001, 4), []);
});

const PAUSES: readonly (readonly [errno: AcceptErrno, code: FindingCode, path: string, message: RegExp])[] = [
  [
    'EMFILE',
    'DescriptorsShort',
    'spec.tuning.fileDescriptors',
    /the process is out of file descriptors. The limit is 1024/,
  ],
  [
    'ENFILE',
    'DescriptorsShort',
    'spec.tuning.fileDescriptors',
    /the node is out of file descriptors.* Raise fs.file-max/,
  ],
  [
    'ENOBUFS',
    'MemoryShort',
    'spec.workload.resources',
    /the kernel is out of memory for sockets. Raise the pods' memory limit/,
  ],
  ['ENOMEM', 'MemoryShort', 'spec.workload.resources', /the kernel is out of memory for sockets/],
  [
    'other',
    'ClientsRefused',
    'spec.listeners',
    /for a reason other than file descriptors or memory. The log contains the errno/,
  ],
];

for (const [errno, code, path, message] of PAUSES)
  test(`clients that wait because accepting paused with ${errno} are reported as a shortage`, () => {
    const detect = watchShortage({ fileDescriptors: 1024, now: () => 0 });
    assert.deepEqual(detect(engineStats()), []);
    const found = detect(engineStats({ acceptors: [acceptorStats({ pausedBy: errno })] }));
    assert.deepEqual(
      found.map((finding) => [finding.code, finding.path]),
      [[code, path]],
    );
    assert.match(found[0]?.message ?? '', message);
  });

const FAILURES: readonly (readonly [failure: 'NoDescriptors' | 'NoMemory' | 'Refused', message: RegExp])[] = [
  ['NoDescriptors', /: the process is out of file descriptors/],
  ['NoMemory', /: the kernel is out of memory for sockets/],
  ['Refused', /: the process is out of file descriptors or memory/],
];

for (const [failure, message] of FAILURES)
  test(`clients that are closed while attempts fail with ${failure} are reported with the matching cause`, () => {
    const detect = watchShortage({ fileDescriptors: 1024, now: () => 0 });
    const connectFailures = [{ failure, total: 2 }];
    const found = detect(engineStats({ closes: ended(2), backends: [backendStats({ connectFailures })] }));
    assert.equal(found.length, 1);
    assert.match(found[0]?.message ?? '', message);
  });

test('a resource that is nearly exhausted is reported by name, in the same words while that lasts', () => {
  const ports = { count: 1000, reused: false };
  const near = (held: number, open: number, elsewhere = 0): EngineStats =>
    engineStats({
      descriptors: { held, limit: 1000 },
      sourcePorts: ports,
      endpoints: [
        endpointStats({ openConnections: open }),
        endpointStats({ backend: 'other', openConnections: elsewhere }),
      ],
    });
  const detect = () => watchShortage({ fileDescriptors: 1100, now: () => 0 });
  assert.deepEqual(detect()(near(899, 899)), []);
  const first = detect()(near(900, 900));
  assert.deepEqual(
    first.map(({ path }) => path),
    ['spec.tuning.fileDescriptors', 'spec.backends[web]'],
  );
  assert.match(first[0]?.message ?? '', /More than 90 % of the file descriptors for connections are in use/);
  assert.match(first[1]?.message ?? '', /^Endpoint \[2001:db8::1\]:1 of "web": more than 90 % of the 1000/);
  assert.deepEqual(detect()(near(950, 999)), first);
  // The kernel does not distinguish backends: their connections to one endpoint share its ports.
  assert.equal(detect()(near(0, 500, 450)).length, 2);
});

test('a backend whose connections find no free source port is named in a finding', () => {
  const detect = watchShortage({ fileDescriptors: 1024, now: () => 0 });
  const failures = (total: number): EngineStats =>
    engineStats({ backends: [backendStats({ connectFailures: [{ failure: 'NoSourcePort', total }] })] });
  assert.deepEqual(detect(failures(0)), []);
  const found = detect(failures(2));
  assert.deepEqual(
    found.map(({ code, path, backend }) => [code, path, backend]),
    [['SourcePortsShort', 'spec.backends[web]', 'web']],
  );
  assert.match(found[0]?.message ?? '', /no source port is free. Widen net.ipv4.ip_local_port_range/);
});
