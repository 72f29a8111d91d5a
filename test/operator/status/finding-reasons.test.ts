import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonOfCode, severity } from '../../../operator/status/finding-reasons.ts';
import { FINDINGS } from '../../../report/finding.ts';

test('each code of a proxy is a reason of its own kind, and a code or none that this version does not know is the general one', () => {
  for (const code of Object.keys(FINDINGS)) assert.notEqual(reasonOfCode(code), 'OtherFinding', code);
  for (const code of ['MoonInTheWay', 'toString', undefined])
    assert.equal(reasonOfCode(code), 'OtherFinding', String(code));
});

test('what keeps a resource from being Ready is worse than what only warns', () => {
  assert.equal(severity('SpecRefused'), 0);
  assert.ok(severity('EndpointsUnhealthy') < severity('DescriptorsShort'));
});
