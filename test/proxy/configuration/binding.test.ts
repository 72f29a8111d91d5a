import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Binding,
  bindingKey,
  bindingOf,
  bindingText,
  overlap,
  type Protocol,
} from '../../../proxy/configuration/binding.ts';

/** A protocol that is not supported yet. */
const UDP = 'UDP' as Protocol;
const tcp = (port: number, address?: string): Binding => bindingOf({ protocol: 'TCP', port, address });

test('bindings of two protocols with the same port do not overlap', () => {
  const dns = [tcp(53), { ...tcp(53), protocol: UDP }] as const;
  assert.equal(overlap(...dns), false);
  assert.notEqual(bindingKey(dns[0]), bindingKey(dns[1]));
});

const PAIRS: readonly (readonly [string, Binding, Binding, boolean])[] = [
  ['the same port at all addresses, twice', tcp(80), tcp(80), true],
  ['two ports', tcp(80), tcp(81), false],
  ['one address and all of them', tcp(80, '192.0.2.1'), tcp(80), true],
  ['one address and the wildcard of the other address family', tcp(80, '192.0.2.1'), tcp(80, '::'), true],
  ['the same port at two addresses', tcp(80, '192.0.2.1'), tcp(80, '192.0.2.2'), false],
  ['the same port at one address in two spellings', tcp(80, '::ffff:192.0.2.1'), tcp(80, '192.0.2.1'), true],
];
for (const [what, a, b, together] of PAIRS)
  test(`bindings to ${what} ${together ? 'overlap' : 'do not overlap'}`, () => {
    assert.equal(overlap(a, b), together);
    assert.equal(overlap(b, a), together);
  });

test('a binding is displayed as address and port', () => {
  assert.equal(bindingText(tcp(80)), '*:80');
  assert.equal(bindingText(tcp(80, '192.0.2.1')), '192.0.2.1:80');
  assert.equal(bindingText(tcp(80, '2001:DB8::1')), '[2001:db8::1]:80');
});
