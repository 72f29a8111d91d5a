import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SAMPLE_FILE } from '../../scripts/run/sample.ts';
import { standaloneManifest } from '../../scripts/run/standalone-manifest.ts';
import { runChild } from '../../tooling/process/child.ts';
import { REPOSITORY } from '../../tooling/process/folders.ts';
import { makeMark, markedProcesses } from './marked-processes.ts';

const sample = readFileSync(SAMPLE_FILE, 'utf8');
const web = [{ address: '127.0.0.1', port: 8001 }];

test('without a cluster, the sample has fixed endpoints, and only the listeners and backends that have any', () => {
  const manifest = JSON.parse(standaloneManifest(sample, { listeners: { http: 18080 }, endpoints: { web } }));
  assert.deepEqual(manifest.spec.listeners, [{ name: 'http', port: 18080, backend: 'web' }]);
  assert.deepEqual(
    manifest.spec.backends.map((backend: { name: string; endpoints: unknown; service?: unknown }) => [
      backend.name,
      backend.endpoints,
      backend.service,
    ]),
    [['web', web, undefined]],
  );
});

test('make run without a cluster sends traffic to every endpoint and stops every process that it started', async () => {
  const script = `${REPOSITORY}/scripts/run.ts`;
  const mark = makeMark();
  const report = JSON.parse(
    await runChild([process.execPath, script, '--standalone', '--output', 'json', '--requests', '600'], {
      env: { [mark.name]: mark.value },
    }),
  );
  assert.equal(report.mode, 'standalone');
  assert.equal(report.http.done, 600);
  assert.equal(report.http.failed, 0);
  assert.deepEqual(
    report.http.endpoints.map(({ name }: { name: string }) => name),
    ['web-1', 'web-2', 'web-3'],
  );
  assert.ok(report.tuning.length > 0);
  assert.deepEqual(markedProcesses(mark), []);
});
