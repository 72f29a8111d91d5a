import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noted } from '../../../../proxy/relay-engine/acceptor/native-objects.ts';
import {
  allocateShared,
  NATIVE_CELLS,
  nativesAt,
  viewShared,
} from '../../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { freeNatives } from '../../../../proxy/relay-engine/free-natives.ts';
import type { Tls } from '../../../../proxy/sys/tls.ts';

/** Calls that make what they are told to, and what was freed, in its order. */
const world = () => {
  const shared = viewShared(allocateShared(2, 16));
  const freed: string[] = [];
  let next = 0;
  const make = () => next;
  const tls = noted(
    {
      reason: 7,
      serverContext: make,
      clientContext: make,
      accept: make,
      connect: make,
      takeSession: make,
      freeContext: (address: number) => freed.push(`context ${address}`),
      free: (address: number) => freed.push(`connection ${address}`),
      freeSession: (address: number) => freed.push(`session ${address}`),
    } as unknown as Tls,
    shared,
    1,
  );
  const left: string[] = [];
  return {
    shared,
    tls,
    freed,
    made(address: number, call: () => number): void {
      next = address;
      assert.equal(call(), address);
    },
    /** What the control thread frees after the acceptor has died. */
    dies(): readonly string[] {
      left.length = 0;
      freeNatives(shared, 1, {
        connection: (address) => left.push(`connection ${address}`),
        context: (address) => left.push(`context ${address}`),
        session: (address) => left.push(`session ${address}`),
      });
      return left.toSorted();
    },
  };
};

test('what an acceptor has made and not freed is freed after its death, once, and as what it is', () => {
  const { tls, freed, made, dies } = world();
  made(160, () => tls.serverContext({} as never));
  made(176, () => tls.clientContext({} as never));
  made(192, () => tls.accept(160, 5));
  made(208, () => tls.connect(176, 6, {} as never));
  made(224, () => tls.takeSession(208));
  made(240, () => tls.accept(160, 7));
  tls.free(240);
  assert.deepEqual(freed, ['connection 240']);
  assert.deepEqual(dies(), ['connection 192', 'connection 208', 'context 160', 'context 176', 'session 224']);
  assert.deepEqual(dies(), []);
});

test('a session that is taken several times is freed as often', () => {
  const { tls, made, dies } = world();
  for (let i = 0; i < 3; i++) made(320, () => tls.takeSession(16));
  tls.freeSession(320);
  assert.deepEqual(dies(), ['session 320', 'session 320']);
});

test('what could not be made is nothing, and calls beside these are passed on', () => {
  const { tls, made, dies } = world();
  made(0, () => tls.accept(16, 5));
  made(0, () => tls.takeSession(16));
  assert.deepEqual(dies(), []);
  assert.equal(tls.reason, 7);
});

test('cells are used again, and objects beyond them are not noted', () => {
  const { shared, tls, made, freed, dies } = world();
  for (let i = 1; i <= 1000; i++) {
    made(16 * i, () => tls.accept(16, 5));
    tls.free(16 * i);
  }
  assert.equal(
    shared.natives.subarray(nativesAt(1)).findLastIndex((cell) => cell !== 0),
    -1,
  );
  for (let i = 1; i <= NATIVE_CELLS + 1; i++) made(16 * i, () => tls.accept(16, 5));
  assert.equal(shared.natives[nativesAt(1) - 1], 0, 'those of another acceptor');
  tls.free(16 * (NATIVE_CELLS + 1));
  assert.equal(freed.length, 1001);
  assert.equal(dies().length, NATIVE_CELLS);
});
