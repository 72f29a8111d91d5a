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

const RUNS: AccountInput = { uid: 'a', recorded: 'a', live: undefined, isRunning: true };

const TABLE: readonly (readonly [
  when: string,
  input: Partial<AccountInput>,
  annotation: string | undefined,
  recorded: string | undefined,
])[] = [
  [
    'there is neither an account nor a workload',
    { uid: undefined, recorded: undefined, isRunning: false },
    undefined,
    undefined,
  ],
  ['pods are created for the first time', { recorded: undefined, isRunning: false }, undefined, 'a'],
  ['an operator that records accounts finds running pods', { recorded: undefined }, undefined, 'a'],
  ['nothing has changed', {}, undefined, 'a'],
  ['the account has been deleted', { uid: undefined }, undefined, 'a'],
  ['the account has been replaced', { uid: 'b' }, 'b', 'a'],
  ['the account has been replaced and the template has the new one', { uid: 'b', live: 'b' }, 'b', 'b'],
  ['the pods have been replaced for the new account', { uid: 'b', recorded: 'b', live: 'b' }, 'b', 'b'],
  ['the account is replaced once more', { uid: 'c', recorded: 'b', live: 'b' }, 'c', 'b'],
  ['the status was lost', { uid: 'b', recorded: undefined, live: 'b' }, 'b', 'b'],
  ['the workload is recreated', { uid: 'b', recorded: 'a', isRunning: false }, undefined, 'b'],
];

for (const [when, input, annotation, recorded] of TABLE)
  test(`when ${when}, the template gets the account ${annotation ?? '(none)'} and the status records ${recorded ?? '(none)'}`, () =>
    assert.deepEqual(planAccount({ ...RUNS, ...input }), { annotation, recorded }));

test('another account changes the pod template of either kind of workload and nothing else', () => {
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
    const { [ACCOUNT]: uid, ...rest } = template.metadata.annotations;
    assert.equal(uid, 'b');
    assert.ok(Object.keys(rest).length > 0, 'the other annotations are kept');
  }
});

test('a workload without an account to annotate is returned as the same object', () => {
  const workload = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' } };
  assert.equal(withAccount(workload, undefined), workload);
});
