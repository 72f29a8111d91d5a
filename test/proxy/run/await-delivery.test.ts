import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delivered, undeliveredBytes } from '../../../proxy/run/await-delivery.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
/** Port 8080 is 1F90, 6379 is 18EB. */
const row = (local: string, remote: string, state: string, tx: string, inode: number): string =>
  `   0: ${local} ${remote} ${state} ${tx}:00000000 01:00000014 00000000     0        0 ${inode} 4 0000000000000000 20 4 30 10 -1`;
const PORTS = { local: new Set([8080]), remote: new Set([6379]) };

const ROWS: readonly (readonly [string, line: string, bytes: number])[] = [
  ['a closed socket of a listener', row('0100007F:1F90', '0100007F:C001', '04', '00000F00', 0), 0xf00],
  ['one whose peer had ended first', row('0100007F:1F90', '0100007F:C001', '09', '00000001', 0), 1],
  ['one to an endpoint', row('0100007F:C001', '0100007F:18EB', '0B', '00000010', 0), 16],
  [
    'one of IPv6',
    row(
      '00000000000000000000000001000000:1F90',
      '00000000000000000000000001000000:C001',
      '04',
      '00000002',
      0,
    ),
    2,
  ],
  ['an open one', row('0100007F:1F90', '0100007F:C001', '01', '00000F00', 77), 0],
  ['one that a process still has', row('0100007F:1F90', '0100007F:C001', '04', '00000F00', 77), 0],
  ['one in TIME_WAIT', row('0100007F:1F90', '0100007F:C001', '06', '00000000', 0), 0],
  ['somebody else’s', row('0100007F:0050', '0100007F:C001', '04', '00000F00', 0), 0],
];

for (const [name, line, bytes] of ROWS)
  test(`bytes that are not delivered yet: ${name}`, () => {
    assert.equal(undeliveredBytes(`${HEAD}\n${line}\n`, PORTS), bytes);
  });

/** Waits by a clock that only waiting moves; `queueAt` says what the kernel still holds, in hexadecimal. Resolves with the time it took. */
const waitFor = async (queueAt: (now: number) => string | undefined, ms: number): Promise<number> => {
  let now = 0;
  await delivered(
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

test('what is delivered already is not waited for', async () => {
  assert.equal(await waitFor(() => undefined, 30_000), 0);
});

test('bytes that leave are waited for, to the last one', async () => {
  const left = (now: number) => (now < 20_000 ? (20_000 - now).toString(16) : undefined);
  assert.equal(await waitFor(left, 30_000), 20_000);
});

test('a peer that takes nothing for five seconds is not waited for any longer', async () => {
  assert.equal(await waitFor(() => 'F00', 30_000), 5_000);
});

test('the wait ends with the time that is left', async () => {
  const left = (now: number) => (100_000 - now).toString(16);
  assert.equal(await waitFor(left, 8_000), 8_000);
});
