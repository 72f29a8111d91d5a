import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followOwnShares, ownShares } from '../../../proxy/source/own-shares.ts';

const share = (replica: string, connections: number, version = 1) => ({
  replica,
  share: connections,
  reserved: connections,
  version,
});

test('a replica takes its own share of each limit from the status', () => {
  const limits = [
    { listener: 'web', limit: 'connections', shares: [share('a', 10, 7), share('b', 20)] },
    { listener: 'web', limit: 'connectionRate', shares: [share('a', 500, 8)] },
    { listener: 'web', limit: 'ofLater', shares: [share('a', 3)] },
    { listener: 'dns', limit: 'connections', shares: [share('b', 5)] },
  ];
  assert.deepEqual(
    [...ownShares({ status: { limits } }, 'a')],
    [['web', { connections: { amount: 10, version: 7 }, connectionRate: { amount: 500, version: 8 } }]],
  );
  assert.deepEqual([...ownShares({ status: { limits } }, 'b').keys()], ['web', 'dns']);
  assert.equal(ownShares({ status: { limits } }, 'c').size, 0);
});

test('a status without shares, or one that cannot be read, gives none', () => {
  for (const resource of [
    {},
    { status: {} },
    { status: { limits: 'x' } },
    {
      status: {
        limits: [{ listener: 'web', limit: 'connections', shares: [{ ...share('a', 1), version: 'new' }] }],
      },
    },
  ])
    assert.equal(ownShares(resource, 'a').size, 0);
});

test('an earlier state of the same resource takes no share back, and a recreated one begins anew', () => {
  const read = followOwnShares('a');
  const seen = (uid: string, limits: readonly object[]) =>
    Object.fromEntries(read({ metadata: { name: 'edge', uid }, status: { limits } } as never));
  const web = (connections: number, version: number) => ({
    listener: 'web',
    limit: 'connections',
    shares: [share('a', connections, version)],
  });
  assert.deepEqual(seen('1', [web(60, 3)]), { web: { connections: { amount: 60, version: 3 } } });
  assert.deepEqual(seen('1', [web(20, 4)]), { web: { connections: { amount: 20, version: 4 } } });
  assert.deepEqual(seen('1', [web(60, 3)]), { web: { connections: { amount: 20, version: 4 } } });
  assert.deepEqual(seen('1', []), {}, 'without a share no client is let in');
  assert.deepEqual(seen('1', [web(60, 3)]), { web: { connections: { amount: 20, version: 4 } } });
  assert.deepEqual(seen('1', [web(40, 5)]), { web: { connections: { amount: 40, version: 5 } } });
  assert.deepEqual(seen('2', [web(30, 1)]), { web: { connections: { amount: 30, version: 1 } } });
});
