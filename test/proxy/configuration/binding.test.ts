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

/** A protocol that is still to come. */
const UDP = 'UDP' as Protocol;
const tcp = (port: number, address?: string): Binding => bindingOf({ protocol: 'TCP', port, address });

test('two protocols have ports of their own', () => {
  const dns = [tcp(53), { ...tcp(53), protocol: UDP }] as const;
  assert.equal(overlap(...dns), false);
  assert.notEqual(bindingKey(dns[0]), bindingKey(dns[1]));
});

const PAIRS: readonly (readonly [string, Binding, Binding, boolean])[] = [
  ['the same port at all addresses', tcp(80), tcp(80), true],
  ['another port', tcp(80), tcp(81), false],
  ['one address and all of them', tcp(80, '192.0.2.1'), tcp(80), true],
  ['one address and the wildcard of the other family', tcp(80, '192.0.2.1'), tcp(80, '::'), true],
  ['two addresses', tcp(80, '192.0.2.1'), tcp(80, '192.0.2.2'), false],
  ['one address in two spellings', tcp(80, '::ffff:192.0.2.1'), tcp(80, '192.0.2.1'), true],
];
for (const [what, a, b, together] of PAIRS)
  test(`bindings ${together ? 'overlap' : 'do not overlap'}: ${what}`, () => {
    assert.equal(overlap(a, b), together);
    assert.equal(overlap(b, a), together);
  });

test('a binding is shown to people by address and port', () => {
  assert.equal(bindingText(tcp(80)), '*:80');
  assert.equal(bindingText(tcp(80, '192.0.2.1')), '192.0.2.1:80');
  assert.equal(bindingText(tcp(80, '2001:DB8::1')), '[2001:db8::1]:80');
});
