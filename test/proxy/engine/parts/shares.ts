import assert from 'node:assert/strict';
import { DENY_ALL } from '../../../../proxy/address-set/source-policy.ts';
import { until } from '../../../../tooling/wait/until.ts';
import { dialClient, howDialEnds, howItEnded } from '../../relay/client.ts';
import { type ListenerChange, limitsFor, tableListener, tableOf } from '../../tables.ts';
import { backendAt, engineBench } from '../bench.ts';
import type { Part } from '../part.ts';

const LIMITS = limitsFor({ connections: 100, shared: true });

/** Limits that are shared out over all replicas: each admits as many connections as its share. */
export const SHARES: readonly Part[] = [
  {
    name: 'a listener with a shared limit admits nobody without a share, then its share, and keeps what is open when it falls',
    ability: 'Traffic',
    async run(t, start) {
      const { engine, ports, endpoint, answered } = await engineBench(t, start);
      const [port] = ports;
      const echo = await endpoint((socket) => socket.pipe(socket));
      await engine.publish(tableOf([tableListener(port, { limits: LIMITS })], [backendAt([echo])]));
      const share = () => engine.stats().listeners[0]?.shares?.[0];
      assert.deepEqual(share(), { limit: 'connections', amount: 0, held: 0 });
      assert.equal(await howDialEnds(port), 'ECONNRESET');

      engine.setShares(new Map([['l', { connections: 2 }]]));
      const clients = [await answered(port), await answered(port)];
      assert.equal(await howDialEnds(port), 'ECONNRESET');
      engine.setShares(new Map([['l', { connections: 1 }]]));
      assert.deepEqual(share(), { limit: 'connections', amount: 1, held: 2 });
      clients[0]?.destroy();
      await until('one left', () => share()?.held === 1);
      assert.equal(await howDialEnds(port), 'ECONNRESET');
      clients[1]?.destroy();
      await until('none left', () => share()?.held === 0);
      await answered(port);
    },
  },
  {
    name: 'a listener with a shared rate admits nobody without a share, and a share that begins or rises brings no tokens with it',
    ability: 'Traffic',
    async run(t, start) {
      const { engine, ports, endpoint, answered } = await engineBench(t, start);
      const [port] = ports;
      const echo = await endpoint((socket) => socket.pipe(socket));
      const limits = limitsFor({ connectionRate: { perSecond: 1000, burst: 100_000 }, shared: true });
      await engine.publish(tableOf([tableListener(port, { limits })], [backendAt([echo])]));
      assert.equal(await howDialEnds(port), 'ECONNRESET');
      const refused = () =>
        (engine.stats().listeners[0]?.closes ?? [])
          .filter(({ reason }) => reason === 'ConnectionRateLimit')
          .reduce((sum, { total }) => sum + total, 0);
      assert.equal(refused(), 1);

      // One token comes back in 17 minutes.
      engine.setShares(new Map([['l', { connectionRate: 1 }]]));
      assert.equal(await howDialEnds(port), 'ECONNRESET');
      assert.deepEqual(engine.stats().listeners[0]?.shares, [
        { limit: 'connectionRate', amount: 1, held: 0 },
      ]);
      engine.setShares(new Map([['l', { connectionRate: 1_000_000 }]]));
      await until('a token has come', () =>
        answered(port).then(
          () => true,
          () => false,
        ),
      );
      engine.setShares(new Map());
      assert.equal(await howDialEnds(port), 'ECONNRESET');
    },
  },
  {
    name: 'only connections that got past sources, PROXY header and limits count as admitted, and only peers that are believed as trusted',
    ability: 'Traffic',
    async run(t, start) {
      const { engine, ports, endpoint, answered } = await engineBench(t, start);
      const [port] = ports;
      const backends = [backendAt([await endpoint((socket) => socket.pipe(socket))])];
      const limits = limitsFor({ connectionRate: { perSecond: 10, burst: 10 }, shared: true });
      const publish = (change: ListenerChange) =>
        engine.publish(tableOf([tableListener(port, { limits, ...change })], backends));
      const counted = () => {
        const { acceptedTotal, admittedTotal, trustedTotal } =
          engine.stats().listeners[0] ?? assert.fail('no listener');
        return [acceptedTotal, admittedTotal, trustedTotal];
      };
      const header = (trusted: string) => ({
        proxyProtocol: { accept: 'Any', required: true, trustedSources: [trusted], timeoutMs: 60_000 },
      });
      await publish({ sources: DENY_ALL });
      assert.equal(await howDialEnds(port), 'ECONNRESET');
      assert.deepEqual(counted(), [1, 0, 0]);
      await publish(header('192.0.2.0/24') as ListenerChange);
      assert.equal(await howDialEnds(port), 'ECONNRESET');
      assert.deepEqual(counted(), [2, 0, 0]);
      await publish(header('127.0.0.0/8') as ListenerChange);
      const waiting = await dialClient(port);
      waiting.on('error', () => undefined); // the engine closes before it does
      await until('it is in its preface', () => counted()[2] === 1);
      assert.deepEqual(counted(), [3, 0, 1]);
      const malformed = await dialClient(port);
      const ended = howItEnded(malformed);
      malformed.write('GET / HTTP/1.1\r\n\r\n');
      assert.equal(await ended, 'ECONNRESET');
      assert.deepEqual(counted(), [4, 0, 2]);
      await publish({});
      assert.equal(await howDialEnds(port), 'ECONNRESET', 'it has no share yet');
      assert.deepEqual(counted(), [5, 0, 2]);
      engine.setShares(new Map([['l', { connectionRate: 10_000 }]]));
      await until('a token has come', () =>
        answered(port).then(
          () => true,
          () => false,
        ),
      );
      assert.deepEqual(counted().slice(1), [1, 2]);
    },
  },
  {
    name: 'in mode Report, connections beyond a share are let in, and counted as those that it would refuse',
    ability: 'Traffic',
    async run(t, start) {
      const { engine, ports, endpoint, answered } = await engineBench(t, start);
      const [port] = ports;
      const echo = await endpoint((socket) => socket.pipe(socket));
      const limits = limitsFor({
        ...{ connections: 100, connectionRate: { perSecond: 1, burst: 1 } },
        ...{ shared: true, enforced: false },
      });
      await engine.publish(tableOf([tableListener(port, { limits })], [backendAt([echo])]));
      engine.setShares(new Map([['l', { connections: 1, connectionRate: 1 }]]));
      for (let client = 0; client < 3; client++) await answered(port);
      const {
        shares,
        limits: counted,
        admittedTotal,
      } = engine.stats().listeners[0] ?? assert.fail('no listener');
      assert.deepEqual(shares?.[0], { limit: 'connections', amount: 1, held: 3 });
      assert.equal(admittedTotal, 0);
      const would = (counted?.wouldRefuse ?? []).filter(({ total }) => total > 0);
      assert.deepEqual(would, [
        { reason: 'ConnectionLimit', total: 2 },
        { reason: 'ConnectionRateLimit', total: 3 },
      ]);
    },
  },
  {
    name: 'a share that was set before its listener exists is in force from its first client on, and ends with it',
    ability: 'Traffic',
    async run(t, start) {
      const { engine, ports, endpoint, answered } = await engineBench(t, start);
      const [port, other] = ports;
      const backends = [backendAt([await endpoint((socket) => socket.pipe(socket))])];
      engine.setShares(new Map([['l', { connections: 1 }]]));
      await engine.publish(tableOf([tableListener(port, { limits: LIMITS })], backends));
      await answered(port);
      assert.equal(await howDialEnds(port), 'ECONNRESET');
      await engine.publish(tableOf([tableListener(other, { name: 'm', limits: LIMITS })], backends));
      assert.equal(await howDialEnds(other), 'ECONNRESET', 'it has no share of its own');
      await engine.publish(
        tableOf([tableListener(other, { name: 'm', limits: { ...LIMITS, shared: false } })], backends),
      );
      await answered(other);
      assert.equal(engine.stats().listeners[0]?.shares, undefined);
    },
  },
];
