import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, type AccountInput, planAccount, withAccount } from '../../../operator/desired/account.ts';
import { children } from '../../../operator/desired/children.ts';
import { NEW } from '../../../operator/desired/shape.ts';
import { owner, RENDER } from '../owner.ts';

interface Workload {
  readonly spec: {
    readonly template: { readonly metadata: { readonly annotations: Readonly<Record<string, string>> } };
  };
}

const RUNS: AccountInput = { uid: 'a', noted: 'a', live: undefined, isRunning: true };

const TABLE: readonly (readonly [
  when: string,
  input: Partial<AccountInput>,
  annotation: string | undefined,
  noted: string | undefined,
])[] = [
  ['nothing is there yet', { uid: undefined, noted: undefined, isRunning: false }, undefined, undefined],
  ['pods are made for the first time', { noted: undefined, isRunning: false }, undefined, 'a'],
  ['an operator that knows accounts comes to pods that run', { noted: undefined }, undefined, 'a'],
  ['nothing has changed', {}, undefined, 'a'],
  ['the account is gone', { uid: undefined }, undefined, 'a'],
  ['another account is in its place', { uid: 'b' }, 'b', 'a'],
  ['another one is, and the template says so', { uid: 'b', live: 'b' }, 'b', 'b'],
  ['pods were made anew for it', { uid: 'b', noted: 'b', live: 'b' }, 'b', 'b'],
  ['it is replaced once more', { uid: 'c', noted: 'b', live: 'b' }, 'c', 'b'],
  ['the status was lost', { uid: 'b', noted: undefined, live: 'b' }, 'b', 'b'],
  ['the workload is made anew', { uid: 'b', noted: 'a', isRunning: false }, undefined, 'b'],
];

for (const [when, input, annotation, noted] of TABLE)
  test(`when ${when}, the template says ${annotation ?? 'nothing'} of the account, and ${noted ?? 'nothing'} is noted`, () =>
    assert.deepEqual(planAccount({ ...RUNS, ...input }), { annotation, noted }));

test('pods are made anew for another account, of either kind of workload, and of nothing else is there a change', () => {
  for (const kind of ['Deployment', 'DaemonSet']) {
    const of = (account: string | undefined) =>
      children(owner({ workload: { kind } }), RENDER, { ...NEW, account });
    const [before, after] = [of(undefined), of('b')];
    const changed = before.filter((one, index) => JSON.stringify(one) !== JSON.stringify(after[index]));
    assert.deepEqual(
      changed.map((one) => one.kind),
      [kind],
    );
    const wanted = after.find((one) => one.kind === kind)?.wanted as unknown as Workload;
    const { template } = wanted.spec;
    const { [ACCOUNT]: said, ...rest } = template.metadata.annotations;
    assert.equal(said, 'b');
    assert.ok(Object.keys(rest).length > 0, 'the other annotations stay');
  }
});

test('a workload without anything to say of the account is the same object', () => {
  const workload = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' } };
  assert.equal(withAccount(workload, undefined), workload);
});
