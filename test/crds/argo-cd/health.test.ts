import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { API_VERSION, KIND } from '../../../crds/resource-type.ts';
import type { Status } from '../../../crds/status.ts';
import type { Observed } from '../../../operator/status/observed.ts';
import { statusOf } from '../../../operator/status/status.ts';
import { REASONS } from '../../../report/reasons/reasons.ts';
import { kstatus } from '../../operator/kstatus.ts';
import { deployment, NOW, observed, progressing, withContainer } from '../../operator/status/fixtures.ts';
import type { Row } from '../../operator/status/row.ts';
import { failing } from '../../operator/status/row.ts';
import { ROWS_OF_PODS } from '../../operator/status/rows-of-pods.ts';
import { ROWS_OF_PROXIES } from '../../operator/status/rows-of-proxies.ts';
import { ROWS_OF_ROLLOUT } from '../../operator/status/rows-of-rollout.ts';
import { type Health, runHealthCheck } from './lua.ts';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const script = read('crds/argo-cd/health.lua');

const healthOf = (status: object | undefined, generation = observed().generation): Health =>
  runHealthCheck(script, { metadata: { name: 'edge', generation }, status });
const written = (given: Observed, previous: Row['previous'] = []): Status => statusOf(given, previous, NOW);
const rows: readonly Row[] = [...ROWS_OF_ROLLOUT, ...ROWS_OF_PODS, ...ROWS_OF_PROXIES];

const HEALTH = {
  Ready: 'Healthy',
  Reconciling: 'Progressing',
  Stalled: 'Degraded',
  FollowsPods: 'Suspended',
};

for (const { when, given, previous, reason } of rows)
  test(`Argo CD shows ${HEALTH[REASONS[reason].condition]} for ${reason}, when ${when}`, () => {
    const status = written(given, previous);
    const { message } = status.conditions?.find(({ type }) => type === 'Ready') ?? assert.fail();
    assert.deepEqual(healthOf(status), {
      status: HEALTH[REASONS[reason].condition],
      message: `${reason}: ${message}`,
    });
  });

test('a slow rollout is Degraded once the Deployment’s deadline has passed', () => {
  const late = failing({
    deployment: deployment({ availableReplicas: 0, conditions: [progressing('ProgressDeadlineExceeded')] }),
    pods: [withContainer('a', 'n1', { state: { waiting: { reason: 'ErrImagePull', message: 'no host' } } })],
  });
  const health = healthOf(written(late));
  assert.equal(health.status, 'Degraded');
  assert.match(health.message, /^ImagePullFailed: Node n1 cannot pull the image/);
});

test('a spec that the operator has not acted on yet is Progressing, whatever the status of the previous one', () => {
  const status = written(observed());
  assert.equal(healthOf(status).status, 'Healthy');
  assert.equal(healthOf(status, observed().generation + 1).status, 'Progressing');
});

test('a resource that no operator has seen is Progressing', () => {
  assert.equal(healthOf({ observedGeneration: -1 }, 1).status, 'Progressing');
  assert.equal(healthOf(undefined, 1).status, 'Progressing');
  assert.equal(healthOf({ observedGeneration: 1 }, 1).status, 'Progressing');
});

test('contradictory conditions are interpreted as kstatus does', () => {
  const OF_KSTATUS = { InProgress: 'Progressing', Failed: 'Degraded', Current: 'Healthy', Terminating: '' };
  const types = ['Ready', 'Reconciling', 'Stalled'];
  for (let set = 0; set < 2 ** types.length; set++) {
    const conditions = types.map((type, bit) => ({
      type,
      status: (set >> bit) % 2 === 1 ? 'True' : 'False',
      reason: 'Progressing',
    }));
    const status = { observedGeneration: 1, conditions };
    const waited = kstatus({ metadata: { generation: 1 }, status });
    assert.equal(healthOf(status, 1).status, OF_KSTATUS[waited], JSON.stringify(conditions));
  }
});

test('a script that fails, or uses a library that Argo CD does not open, throws', () => {
  assert.throws(() => runHealthCheck('return string.format("%d", 1)', {}), /nil value \(global 'string'\)/);
  assert.throws(() => runHealthCheck('return 1', {}), /returns no table/);
  assert.throws(() => runHealthCheck('this is not Lua', {}), /syntax error/);
});

test('docs/install.md names the key that Argo CD looks up the health check of this kind by', () => {
  const [group] = API_VERSION.split('/');
  const key = `resource.customizations.health.${group}_${KIND}`;
  const named = read('docs/install.md').match(/resource\.customizations\.[\w.]+/g) ?? [];
  assert.deepEqual([...new Set(named)], [key]);
});
