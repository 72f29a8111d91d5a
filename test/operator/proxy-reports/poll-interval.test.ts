import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSettled } from '../../../operator/proxy-reports/poll-interval.ts';
import type { Report } from '../../../operator/status/reading.ts';
import { REPORT } from '../status/fixtures.ts';

const finding = (code: string) => ({ findings: [{ code, path: '', message: 'm' }] });

const TABLE: readonly (readonly [what: string, report: Partial<Report>, settled: boolean])[] = [
  ['serves all of this generation', {}, true],
  ['serves an older generation', { revision: 'generation/6' }, false],
  ['serves nothing yet', { revision: undefined }, false],
  ['does not follow its source, even for a moment', { follows: false }, false],
  ['has a backend without endpoints', { backends: [{ name: 'web', endpoints: 2, ready: 0 }] }, false],
  ['reports that a port is taken', finding('PortTaken'), false],
  ['reports a finding that this operator version does not know', finding('MoonInTheWay'), false],
  ['reports a finding that only a new spec or version resolves', finding('FieldsIgnored'), true],
];

for (const [what, report, settled] of TABLE)
  test(`a proxy that ${what} is ${settled ? 'settled' : 'polled again soon'}`, () =>
    assert.equal(isSettled({ ...REPORT, ...report }, 7), settled));
