import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listensIn } from './measure/listening.ts';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:2694 0100007F:1F91 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 20 4 30 10 -1
   2: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3 1 0 100 0 0 10 0
`;

test('only a listening socket on the port counts', () => {
  const cases = [
    [8080, true],
    [80, true],
    [9876, false], // 0x2694, connected
    [8081, false], // 0x1F91, the other end
    [9090, false],
  ] as const;
  for (const [port, expected] of cases) assert.equal(listensIn(TABLE, port, 'tcp'), expected, String(port));
});

test('a UDP socket takes datagrams from anyone if it has no peer', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  100: 0100007F:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0 0
  101: 0100007F:2694 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 2 2 0 0
`;
  assert.equal(listensIn(table, 8080, 'udp'), true);
  assert.equal(listensIn(table, 9876, 'udp'), false);
  assert.equal(listensIn(table, 8080, 'tcp'), false);
});
