import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDefinition } from '../../../operator/status/check-definition.ts';

test('a definition that does not differ, or has not been read yet, causes no warning', () => {
  assert.deepEqual(checkDefinition({ lacking: [], unknown: [] }), []);
  assert.deepEqual(checkDefinition(undefined), []);
});

test('fields that the definition lacks, and fields that the operator lacks, each cause a warning that says what to upgrade', () => {
  const [older, newer, ...more] = checkDefinition({ lacking: ['spec.a'], unknown: ['spec.b'] });
  assert.deepEqual([older?.reason, newer?.reason, more], ['DefinitionOlder', 'DefinitionNewer', []]);
  assert.match(older?.message ?? '', /lacks spec\.a, which the API server silently drops.*helm upgrade/);
  assert.match(newer?.message ?? '', /does not know and ignores spec\.b\. Upgrade the operator/);
});
