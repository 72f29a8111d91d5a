import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDefinition } from '../../../operator/status/check-definition.ts';

test('a definition that differs in nothing, or was not read yet, is no warning', () => {
  assert.deepEqual(checkDefinition({ lacking: [], unknown: [] }), []);
  assert.deepEqual(checkDefinition(undefined), []);
});

test('each side of the difference is a warning of its own, which says whom to upgrade', () => {
  const [older, newer, ...more] = checkDefinition({ lacking: ['spec.a'], unknown: ['spec.b'] });
  assert.deepEqual([older?.reason, newer?.reason, more], ['DefinitionOlder', 'DefinitionNewer', []]);
  assert.match(older?.message ?? '', /lacks spec\.a, which the API server drops.*helm upgrade/);
  assert.match(newer?.message ?? '', /does not know spec\.b: that has no effect\. Upgrade the operator/);
});
