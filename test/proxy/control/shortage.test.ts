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

test('a shortage is told from the first connection it ended until a minute after the last', () => {
  let now = 0;
  const look = watchShortage({ fileDescriptors: 1024, now: () => now });
  const at = (time: number, total: number) => {
    now = time;
    return look(engineStats({ closes: ended(total) }));
  };
  assert.deepEqual(at(0, 0), []);
  assert.match(
    at(2_000, 3)[0]?.message ?? '',
    /have run out. The limit in effect is 1024 file descriptors, two for each connection/,
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
    /file descriptors have run out. The limit in effect is 1024/,
  ],
  [
    'ENFILE',
    'DescriptorsShort',
    'spec.tuning.fileDescriptors',
    /the node has no file descriptors left.* Raise fs.file-max/,
  ],
  [
    'ENOBUFS',
    'MemoryShort',
    'spec.workload.resources',
    /the kernel has no memory for sockets. Raise the pods' memory limit/,
  ],
  ['ENOMEM', 'MemoryShort', 'spec.workload.resources', /the kernel has no memory for sockets/],
  [
    'other',
    'ClientsRefused',
    'spec.listeners',
    /for another reason than file descriptors or memory. The log names the errno/,
  ],
];

for (const [errno, code, path, message] of PAUSES)
  test(`clients that wait because accepting pauses are a shortage of what the kernel said: ${errno}`, () => {
    const look = watchShortage({ fileDescriptors: 1024, now: () => 0 });
    assert.deepEqual(look(engineStats()), []);
    const found = look(engineStats({ acceptors: [acceptorStats({ pausedBy: errno })] }));
    assert.deepEqual(
      found.map((finding) => [finding.code, finding.path]),
      [[code, path]],
    );
    assert.match(found[0]?.message ?? '', message);
  });

const FAILURES: readonly (readonly [failure: 'NoDescriptors' | 'NoMemory' | 'Refused', message: RegExp])[] = [
  ['NoDescriptors', /: file descriptors have run out/],
  ['NoMemory', /: the kernel has no memory for sockets/],
  ['Refused', /: file descriptors or memory have run out/],
];

for (const [failure, message] of FAILURES)
  test(`clients that are closed for a shortage are told with what their attempts failed for: ${failure}`, () => {
    const look = watchShortage({ fileDescriptors: 1024, now: () => 0 });
    const connectFailures = [{ failure, total: 2 }];
    const found = look(engineStats({ closes: ended(2), backends: [backendStats({ connectFailures })] }));
    assert.equal(found.length, 1);
    assert.match(found[0]?.message ?? '', message);
  });

test('what is nearly used up is told before it is, by name, and in the same words while it lasts', () => {
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
  const look = () => watchShortage({ fileDescriptors: 1100, now: () => 0 });
  assert.deepEqual(look()(near(899, 899)), []);
  const first = look()(near(900, 900));
  assert.deepEqual(
    first.map(({ path }) => path),
    ['spec.tuning.fileDescriptors', 'spec.backends[web]'],
  );
  assert.match(first[0]?.message ?? '', /More than 90 % of the file descriptors for connections are in use/);
  assert.match(first[1]?.message ?? '', /^Endpoint \[2001:db8::1\]:1 of "web": more than 90 % of the 1000/);
  assert.deepEqual(look()(near(950, 999)), first);
  // The kernel does not know backends: their connections to one endpoint share its ports.
  assert.equal(look()(near(0, 500, 450)).length, 2);
});

test('a backend whose connections find no source port is named', () => {
  const look = watchShortage({ fileDescriptors: 1024, now: () => 0 });
  const failures = (total: number): EngineStats =>
    engineStats({ backends: [backendStats({ connectFailures: [{ failure: 'NoSourcePort', total }] })] });
  assert.deepEqual(look(failures(0)), []);
  const found = look(failures(2));
  assert.deepEqual(
    found.map(({ code, path, backend }) => [code, path, backend]),
    [['SourcePortsShort', 'spec.backends[web]', 'web']],
  );
  assert.match(found[0]?.message ?? '', /no source port is left. Widen net.ipv4.ip_local_port_range/);
});
