import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseShowFd } from './measure/haproxy-spread.ts';
import { parseRelaySpread } from './measure/relay-spread.ts';
import { busiestByMean } from './measure/spread.ts';
import { socketsOf } from './measure/workers-spread.ts';

test('the busiest is compared with the mean, and the result is undefined if nothing is open', () => {
  assert.equal(busiestByMean([4, 4]), 1);
  assert.equal(busiestByMean([6, 2]), 1.5);
  assert.equal(busiestByMean([0, 0]), undefined);
});

test("HAProxy's client connections are counted by thread, and its connections to endpoints are not", () => {
  const text = [
    ' 19 : st=0x21 gid=1 tmask=0xf umask=0x0 l.st=RDY fe=bench',
    ' 21 : st=0x121 gid=1 tmask=0x4 umask=0x0 iocb=0x5(sock_conn_iocb) back=0 fam=ipv4 lport=80 fe=bench',
    ' 22 : st=0x121 gid=1 tmask=0x4 umask=0x0 iocb=0x5(sock_conn_iocb) back=1 fam=ipv4 sv=bench/a',
    ' 23 : st=0x121 gid=1 tmask=0x1 umask=0x0 iocb=0x5(sock_conn_iocb) back=0 fam=ipv4 lport=80 fe=bench',
    ' 24 : st=0x121 gid=1 tmask=0x4 umask=0x0 iocb=0x5(sock_conn_iocb) back=0 fam=ipv4 lport=80 fe=bench',
    ' 37 : st=0x21 gid=1 tmask=0x1 umask=0x1 iocb=0x5(sock_conn_iocb) back=0 fam=unix fe=GLOBAL',
  ].join('\n');
  assert.deepEqual(parseShowFd(text, 4), [1, 0, 2, 0]);
});

test("the relay's open connections are counted by acceptor", () => {
  const text = [
    '# TYPE l4balancer_acceptor_open_connections gauge',
    'l4balancer_acceptor_open_connections{acceptor="0"} 17',
    'l4balancer_acceptor_open_connections{acceptor="1"} 15',
    'l4balancer_listener_open_connections{listener="a",port="1"} 32',
  ].join('\n');
  assert.deepEqual(parseRelaySpread(text), [17, 15]);
});

test('only established connections to the port count as a worker’s clients', () => {
  const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:8F91 01 00000000:00000000 00:00000000 00000000     0        0 12 1 0 20 4 30 10 -1
   2: 0100007F:8F91 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 13 1 0 20 4 30 10 -1
   3: 0100007F:1F90 0100007F:8F92 06 00000000:00000000 00:00000000 00000000     0        0 0 1 0 20 4 30 10 -1`;
  assert.deepEqual([...socketsOf(text, 8080)], ['12']);
});
