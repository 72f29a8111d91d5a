import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childName, instanceLabel } from '../../crds/child-name.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

test('a child is named after its resource, with a prefix', () => {
  assert.equal(childName('edge'), 'l4b-edge');
  assert.equal(childName('a'.repeat(52)), `l4b-${'a'.repeat(52)}`);
  assert.equal(instanceLabel('a'.repeat(63)), 'a'.repeat(63));
});

const LONG = [`${'a'.repeat(80)}b`, `${'a'.repeat(80)}c`, `${'a'.repeat(49)}-----${'a'.repeat(20)}`];

test('a suffix keeps the second child of a kind apart, also if the name is truncated', () => {
  assert.equal(childName('edge', '-udp'), 'l4b-edge-udp');
  for (const name of LONG) {
    assert.match(childName(name, '-udp'), LABEL);
    assert.notEqual(childName(name, '-udp'), childName(name));
  }
});

test('a name too long for a label is truncated to a valid label that stays unique', () => {
  for (const name of LONG) {
    assert.match(childName(name), LABEL);
    assert.match(instanceLabel(name), LABEL);
  }
  assert.equal(new Set(LONG.map((name) => childName(name))).size, LONG.length);
  assert.equal(childName(LONG[0] ?? ''), childName(LONG[0] ?? ''));
});
