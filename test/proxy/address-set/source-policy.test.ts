import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildAddressSet } from '../../../proxy/address-set/build.ts';
import { isAllowed, type SourcePolicy } from '../../../proxy/address-set/source-policy.ts';
import { bytesOf, naiveAddress } from './naive.ts';

const policy = (
  restricted: boolean,
  allow: readonly (readonly string[])[],
  deny: readonly (readonly string[])[],
): SourcePolicy => ({ restricted, allow: allow.map(buildAddressSet), deny: deny.map(buildAddressSet) });

const ROWS: readonly (readonly [string, SourcePolicy, string, boolean])[] = [
  ['nothing denied, nothing restricted', policy(false, [], []), '192.0.2.1', true],
  ['denied', policy(false, [], [['192.0.2.0/24']]), '192.0.2.1', false],
  ['denied by the second list', policy(false, [], [['10.0.0.0/8'], ['192.0.2.0/24']]), '192.0.2.1', false],
  ['restricted, and in no list', policy(true, [['10.0.0.0/8']], []), '192.0.2.1', false],
  ['restricted, without any list', policy(true, [], []), '192.0.2.1', false],
  ['allowed by the second list', policy(true, [['10.0.0.0/8'], ['192.0.2.1']], []), '192.0.2.1', true],
  ['allowed and denied', policy(true, [['192.0.2.1']], [['192.0.0.0/16']]), '192.0.2.1', false],
];

for (const [what, sources, address, expected] of ROWS)
  test(`a client that is ${what} may ${expected ? '' : 'not '}connect`, () => {
    assert.equal(isAllowed(sources, bytesOf(naiveAddress(address)), 0), expected);
  });
