import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ClientAuthority } from '../../../cluster/access/client-authority.ts';
import { ClientTrust } from '../../../proxy/certificates/client-trust.ts';
import { type RevocationList, readRevocationLists } from '../../../proxy/certificates/revocation-list.ts';

const root = new ClientAuthority('Root');
const between = new ClientAuthority('Between', root);
const other = new ClientAuthority('Other');
after(() => {
  for (const authority of [root, between, other]) authority[Symbol.dispose]();
});

const listsOf = (...authorities: readonly ClientAuthority[]): readonly RevocationList[] => {
  const read = readRevocationLists(authorities.map((one) => one.list()).join('\n'));
  return read.ok ? read.lists : [];
};

const CASES: readonly (readonly [
  what: string,
  bundle: readonly ClientAuthority[],
  listed: readonly ClientAuthority[],
  isPartial: boolean,
  checks: string,
])[] = [
  ['an authority alone', [root], [], false, 'None'],
  ['one in between with its own authority', [root, between], [], false, 'None'],
  ['one in between alone', [between], [], true, 'None'],
  ['one in between with a stranger', [between, other], [], true, 'None'],
  ['an authority with its list', [root], [root], false, 'Chain'],
  ['two, of which each has a list', [root, between], [root, between], false, 'Chain'],
  ['two, of which one has a list', [root, between], [between], false, 'Client'],
  ['one with the list of another one', [root], [other], false, 'Client'],
];

for (const [what, bundle, listed, isPartial, checks] of CASES)
  test(`${what}: ${isPartial ? 'trusted by itself' : 'chains end with a root'}, revocation: ${checks}`, () => {
    const trust = new ClientTrust(
      bundle.map(({ certificate }) => certificate),
      listsOf(...listed),
    );
    assert.deepEqual([trust.isPartial, trust.checks], [isPartial, checks]);
  });

test('another authority, another list, and a list that has expired are another content', () => {
  const lists = listsOf(root);
  const ids = [
    new ClientTrust([root.certificate], []),
    new ClientTrust([root.certificate], lists),
    new ClientTrust([root.certificate], lists, 1),
    new ClientTrust([root.certificate, other.certificate], lists),
  ].map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(new ClientTrust([root.certificate], lists).id, ids[1]);
});
