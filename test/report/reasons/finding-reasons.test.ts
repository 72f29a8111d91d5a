import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FINDINGS } from '../../../report/finding.ts';
import { reasonOfCode, severity } from '../../../report/reasons/finding-reasons.ts';

test('each known code of a finding maps to a specific reason, and an unknown or missing code to the general one', () => {
  for (const code of Object.keys(FINDINGS)) assert.notEqual(reasonOfCode(code), 'OtherFinding', code);
  for (const code of ['MoonInTheWay', 'toString', undefined])
    assert.equal(reasonOfCode(code), 'OtherFinding', String(code));
});

test('findings that keep a resource from being Ready are worse than those that only warn', () => {
  assert.equal(severity('SpecRefused'), 0);
  assert.ok(severity('EndpointsUnhealthy') < severity('DescriptorsShort'));
});
