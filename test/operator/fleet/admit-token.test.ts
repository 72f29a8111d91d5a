import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdmitToken } from '../../../operator/fleet/admit-token.ts';
import type { Reviews } from '../../../operator/fleet/reviews.ts';
import type { Admission } from '../../../operator/fleet/scope.ts';

const MINUTE_MS = 60_000;

interface World {
  nowMs: number;
  /** What each token's user may get; without an entry the token is refused. */
  readonly rights: Map<string, readonly string[] | 'all'>;
  readonly asked: string[];
  readonly errors: unknown[];
  fails: boolean;
}

const make = (namespaces: readonly string[] = ['a', 'b', 'c']) => {
  const world: World = { nowMs: 0, rights: new Map(), asked: [], errors: [], fails: false };
  const reviews: Reviews = {
    async userOf(token) {
      world.asked.push(`token ${token}`);
      if (world.fails) throw new Error('the API server does not answer');
      return world.rights.has(token) ? { username: token } : undefined;
    },
    async mayGet({ username = '' }, namespace) {
      world.asked.push(`access ${username} ${namespace ?? '*'}`);
      const rights = world.rights.get(username) ?? [];
      return rights === 'all' || (namespace !== undefined && rights.includes(namespace));
    },
  };
  const admit = createAdmitToken({
    reviews,
    namespaces: () => namespaces,
    now: () => world.nowMs,
    onError: (error) => world.errors.push(error),
  });
  return { world, ask: (token: string) => admit({ authorization: `Bearer ${token}` }), admit };
};

const seen = (admission: Admission): string =>
  admission.kind === 'Admitted'
    ? `sees ${admission.scope.seesAll ? 'all' : admission.scope.key}`
    : `${admission.status}`;

test('a token sees the namespaces that its user may get, or all', async () => {
  const { world, ask } = make();
  world.rights.set('admin', 'all').set('dev', ['b', 'a', 'elsewhere']).set('other', ['elsewhere']);
  assert.equal(seen(await ask('admin')), 'sees all');
  assert.equal(seen(await ask('dev')), 'sees a,b');
  assert.equal(seen(await ask('other')), '403');
  assert.equal(seen(await ask('made-up')), '401');
});

for (const authorization of [undefined, '', 'Bearer', 'Bearer ', 'Basic abc', 'Bearer a b', 'abc'])
  test(`without a token nothing is asked: ${JSON.stringify(authorization)}`, async () => {
    const { world, admit } = make();
    assert.equal(seen(await admit(authorization === undefined ? {} : { authorization })), '401');
    assert.deepEqual(world.asked, []);
  });

test('an answer counts for a minute, a refusal for ten seconds, and no answer not at all', async () => {
  const { world, ask } = make();
  world.rights.set('admin', 'all');
  await ask('admin');
  world.rights.delete('admin');
  world.nowMs = MINUTE_MS - 1;
  assert.equal(seen(await ask('admin')), 'sees all');
  world.nowMs = MINUTE_MS;
  assert.equal(seen(await ask('admin')), '401');
  world.rights.set('admin', 'all');
  assert.equal(seen(await ask('admin')), '401');
  world.nowMs += 10_000;
  assert.equal(seen(await ask('admin')), 'sees all');

  world.nowMs += MINUTE_MS;
  world.fails = true;
  assert.equal(seen(await ask('admin')), '503');
  assert.equal(world.errors.length, 1);
  world.fails = false;
  assert.equal(seen(await ask('admin')), 'sees all');
});

test('who asks with the same token at the same time waits for one answer', async () => {
  const { world, ask } = make();
  world.rights.set('admin', 'all');
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask('admin')));
  assert.deepEqual(new Set(answers.map(seen)), new Set(['sees all']));
  assert.deepEqual(world.asked, ['token admin', 'access admin *']);
});

test('made-up tokens are checked a few at a time, and few answers are kept', async () => {
  const { world, ask } = make();
  world.rights.set('admin', 'all');
  await ask('admin');
  const answers = await Promise.all(Array.from({ length: 100 }, (_, at) => ask(`made-up-${at}`)));
  const count = (what: string): number => answers.filter((one) => seen(one) === what).length;
  assert.deepEqual([count('401'), count('503')], [16, 84]);
  for (let at = 0; at < 200; at += 1) await ask(`later-${at}`);
  world.asked.length = 0;
  assert.equal(seen(await ask('admin')), 'sees all');
  assert.deepEqual(world.asked, ['token admin', 'access admin *'], 'it was asked for again');
});
