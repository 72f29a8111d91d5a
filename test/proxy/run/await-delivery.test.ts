import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Protocol } from '../../../proxy/configuration/binding.ts';
import { awaitDelivery, trafficPorts, undeliveredBytes } from '../../../proxy/run/await-delivery.ts';
import { tableBackend, tableListener, tableOf } from '../tables.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
/** A row of /proc/net/tcp. Port 8080 is 1F90, 6379 is 18EB. */
const row = (local: string, remote: string, state: string, tx: string, inode: number): string =>
  `   0: ${local} ${remote} ${state} ${tx}:00000000 01:00000014 00000000     0        0 ${inode} 4 0000000000000000 20 4 30 10 -1`;
const PORTS = { local: new Set([8080]), remote: new Set([6379]) };

const ROWS: readonly (readonly [string, line: string, bytes: number])[] = [
  [
    'a closed socket of a listener counts with all its bytes',
    row('0100007F:1F90', '0100007F:C001', '04', '00000F00', 0),
    0xf00,
  ],
  [
    'a closed socket whose peer had closed first counts',
    row('0100007F:1F90', '0100007F:C001', '09', '00000001', 0),
    1,
  ],
  ['a closed socket to an endpoint counts', row('0100007F:C001', '0100007F:18EB', '0B', '00000010', 0), 16],
  [
    'a closed IPv6 socket counts',
    row(
      '00000000000000000000000001000000:1F90',
      '00000000000000000000000001000000:C001',
      '04',
      '00000002',
      0,
    ),
    2,
  ],
  ['an open socket does not count', row('0100007F:1F90', '0100007F:C001', '01', '00000F00', 77), 0],
  [
    'a closing socket that a process still holds does not count',
    row('0100007F:1F90', '0100007F:C001', '04', '00000F00', 77),
    0,
  ],
  ['a socket in TIME_WAIT does not count', row('0100007F:1F90', '0100007F:C001', '06', '00000000', 0), 0],
  [
    'a socket of another program does not count',
    row('0100007F:0050', '0100007F:C001', '04', '00000F00', 0),
    0,
  ],
];

for (const [name, line, bytes] of ROWS)
  test(`${name} as undelivered`, () => {
    assert.equal(undeliveredBytes(`${HEAD}\n${line}\n`, PORTS), bytes);
  });

/**
 * Waits with a clock that only waiting advances, and resolves with the elapsed time; `queueAt` returns what
 * the kernel still holds, in hexadecimal.
 */
const waitFor = async (queueAt: (now: number) => string | undefined, ms: number): Promise<number> => {
  let now = 0;
  await awaitDelivery(
    {
      ports: PORTS,
      read: (path) => {
        const tx = queueAt(now);
        if (tx === undefined || path !== '/proc/net/tcp') return undefined;
        return row('0100007F:1F90', '0100007F:C001', '04', tx, 0);
      },
      wait: async (pause) => {
        now += pause;
      },
      now: () => now,
    },
    ms,
  );
  return now;
};

test('there is no wait if everything is delivered already', async () => {
  assert.equal(await waitFor(() => undefined, 30_000), 0);
});

test('the wait lasts until the last byte is delivered, as long as there is progress', async () => {
  const left = (now: number) => (now < 20_000 ? (20_000 - now).toString(16) : undefined);
  assert.equal(await waitFor(left, 30_000), 20_000);
});

test('the wait ends if the peer accepts no data for five seconds', async () => {
  assert.equal(await waitFor(() => 'F00', 30_000), 5_000);
});

test('the wait ends when the remaining time is over', async () => {
  const left = (now: number) => (100_000 - now).toString(16);
  assert.equal(await waitFor(left, 8_000), 8_000);
});

test('the ports of a table’s traffic are those of its TCP listeners and of its endpoints, inactive ones included', () => {
  const endpoint = (port: number) => ({ address: '192.0.2.1', port, weight: 1 });
  const table = tableOf(
    [tableListener(8080), tableListener(53, { protocol: 'OTHER' as Protocol })],
    [tableBackend({ endpoints: [endpoint(6379)], inactive: [endpoint(6380)] })],
  );
  assert.deepEqual(trafficPorts(table), { local: new Set([8080]), remote: new Set([6379, 6380]) });
});
