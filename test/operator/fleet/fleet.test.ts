import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { createFleet, type FleetSources, type Readmit } from '../../../operator/fleet/fleet.ts';
import { type Admission, EVERYTHING, type Scope, scopeOf } from '../../../operator/fleet/scope.ts';
import { Collection } from '../../../operator/watch/collection.ts';
import type { FleetOverview } from '../../../report/fleet.ts';
import { ManualClock } from '../manual-clock.ts';

/** A page that keeps what it is sent. */
class OpenPage extends EventEmitter {
  readonly writableLength = 0;
  readonly written: string[] = [];
  write(text: string): boolean {
    this.written.push(text);
    return true;
  }
  end(text: string): this {
    this.written.push(text);
    this.emit('close');
    return this;
  }
  /** The balancers in the last list. */
  get shown(): readonly string[] {
    const text = this.written.findLast((one) => one.startsWith('event: fleet\n')) ?? assert.fail('no list');
    const { balancers } = JSON.parse(text.split('\n')[1]?.slice('data: '.length) ?? '') as FleetOverview;
    return balancers.map(({ namespace, name }) => `${namespace}/${name}`);
  }
}

const make = () => {
  const clock = new ManualClock();
  const balancers = ['a/one', 'a/two', 'b/three'].map((key) => {
    const [namespace = '', name = ''] = key.split('/');
    return [key, { metadata: { namespace, name, uid: key } }] as const;
  });
  const list = new Collection<never>();
  list.replace(new Map(balancers) as never);
  const none = new Collection<never>();
  let looks = 0;
  const fleet = createFleet({
    collections: { L4Balancer: list, Deployment: none, DaemonSet: none, ReplicaSet: none, Pod: none },
    readings: () => [],
    onWatched: () => {
      looks += 1;
    },
    state: () => ({ version: '1', instance: 'op', namespaces: [], role: { isLeader: true }, problems: [] }),
    clock,
    wallMs: () => 0,
    random: () => 0,
  } satisfies FleetSources);
  const open = (scope: Scope = EVERYTHING, readmit?: Readmit, query = ''): OpenPage => {
    const answer = fleet.events(new URLSearchParams(query), scope, readmit);
    assert.ok('begin' in answer, 'text' in answer ? `${answer.text}` : '');
    const page = new OpenPage();
    answer.begin(page as never);
    return page;
  };
  return { fleet, clock, open, looks: () => looks };
};

test('each sees the balancers of its namespaces, again every five seconds', async () => {
  const { clock, open } = make();
  const [all, some] = [open(), open(scopeOf(['b', 'x']))];
  assert.deepEqual(all.shown, ['a/one', 'a/two', 'b/three']);
  assert.deepEqual(some.shown, ['b/three']);
  const before = all.written.length;
  await clock.pass(5_000);
  assert.equal(all.written.length, before + 1);
  assert.deepEqual(some.shown, ['b/three']);
});

test('while nobody looks nothing is waited for, and the proxies are read soon when somebody does', async () => {
  const { fleet, clock, open, looks } = make();
  assert.deepEqual([clock.sleeping, fleet.isWatched(), looks()], [0, false, 0]);
  const [one, two] = [open(), open()];
  assert.deepEqual([fleet.isWatched(), looks()], [true, 1]);
  one.emit('close');
  assert.equal(fleet.isWatched(), true);
  two.emit('close');
  assert.deepEqual([clock.sleeping, fleet.isWatched()], [0, false]);
  const single = open(EVERYTHING, undefined, 'balancer=a/one');
  assert.deepEqual([fleet.isWatched(), looks()], [false, 1], 'one balancer needs no readings of the others');
  single.emit('close');
  assert.equal(clock.sleeping, 0);
});

const refused: Admission = { kind: 'Refused', status: 401, why: 'Expired.' };
const unknown: Admission = { kind: 'Refused', status: 503, why: 'No answer.' };

for (const { what, again, ends } of [
  { what: 'still may', again: { kind: 'Admitted', scope: scopeOf(['a']) } as const, ends: undefined },
  { what: 'may not any more', again: refused, ends: 'Expired.' },
  { what: 'may see something else now', again: { kind: 'Admitted', scope: EVERYTHING } as const, ends: '' },
  { what: 'is not known', again: unknown, ends: undefined },
])
  test(`a page of somebody who ${what} ${ends === undefined ? 'goes on' : 'ends'} after a minute`, async () => {
    const { clock, open } = make();
    const page = open(scopeOf(['a']), async () => again);
    await clock.pass(59_999);
    assert.ok(!page.written.some((text) => text.startsWith('event: end')));
    await clock.pass(1);
    const last = page.written.find((text) => text.startsWith('event: end'));
    assert.equal(
      last,
      ends === undefined ? undefined : `event: end\ndata: ${JSON.stringify({ why: ends })}\n\n`,
    );
  });

test('all pages end when the operator stops, and no other is opened', () => {
  const { fleet, clock, open } = make();
  const page = open();
  fleet.close();
  assert.equal(page.written.at(-1), 'event: bye\ndata: {}\n\n');
  assert.equal(clock.sleeping, 0);
  const answer = fleet.events(new URLSearchParams(), EVERYTHING);
  assert.ok('text' in answer);
  assert.deepEqual([answer.status, answer.text], [503, 'The operator is shutting down.\n']);
});
