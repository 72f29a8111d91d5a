import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awaitHandshakes } from '../../../proxy/relay-engine/await-handshakes.ts';

const TABLE: readonly {
  readonly name: string;
  /** Handshakes in progress at that millisecond; negative if the kernel does not report them. */
  readonly inProgress: (ms: number) => number;
  readonly isCancelled?: (ms: number) => boolean;
  readonly endsBetween: readonly [number, number];
}[] = [
  {
    name: 'without handshakes in progress, the minimum time is waited',
    inProgress: () => 0,
    endsBetween: [100, 100],
  },
  {
    name: 'a handshake with a long round trip is waited for',
    inProgress: (ms) => (ms < 430 ? 2 : 0),
    endsBetween: [430, 460],
  },
  {
    name: 'a handshake that never ends does not keep the port open',
    inProgress: () => 1,
    endsBetween: [1000, 1030],
  },
  {
    name: 'a fixed time is waited if the kernel does not report handshakes',
    inProgress: () => -2,
    endsBetween: [300, 330],
  },
  {
    name: 'waiting ends when it is cancelled',
    inProgress: () => 1,
    isCancelled: (ms) => ms >= 200,
    endsBetween: [200, 230],
  },
];

for (const { name, inProgress, isCancelled = () => false, endsBetween } of TABLE)
  test(name, async () => {
    let ms = 0;
    await awaitHandshakes({
      inProgress: () => inProgress(ms),
      isCancelled: () => isCancelled(ms),
      now: () => ms,
      sleep: async (more) => {
        ms += more;
      },
    });
    assert.ok(ms >= endsBetween[0] && ms <= endsBetween[1], `${ms} ms`);
  });
