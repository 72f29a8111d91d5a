import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import type { Output } from '../../../operator/preview/output.ts';
import { renderFiles } from '../../../operator/preview/render-files.ts';
import { balancer } from '../owner.ts';

const folder = mkdtempSync(join(tmpdir(), 'l4b-render-'));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
const file = (text: string): string => {
  files += 1;
  const path = join(folder, `${files}.yaml`);
  writeFileSync(path, text);
  return path;
};
const rendered = (paths: readonly string[], output: Output = 'yaml') => {
  let out = '';
  let err = '';
  const images = { proxyImage: 'registry.test/proxy:1', pullPolicy: 'Always' } as const;
  const code = renderFiles(paths, output, images, {
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
  });
  return { code, out, err };
};
interface Kinded {
  readonly kind: string;
  readonly metadata: { readonly namespace?: string; readonly ownerReferences?: unknown };
}
const GOOD = JSON.stringify(balancer());

test('every child is rendered as a YAML document, in the order in which it is applied', () => {
  const { code, out, err } = rendered([file(GOOD)]);
  assert.deepEqual([code, err], [0, '']);
  const documents = parseAllDocuments(out).map((document) => document.toJS() as Kinded);
  assert.deepEqual(
    documents
      .map(({ kind }) => kind)
      .filter((kind) => ['ServiceAccount', 'Service', 'Deployment'].includes(kind)),
    ['ServiceAccount', 'Service', 'Deployment'],
  );
  for (const { metadata } of documents) assert.equal(metadata.ownerReferences, undefined);
  assert.match(out, /image: registry\.test\/proxy:1/);
  assert.match(out, /^# For kubelets of Kubernetes 1\.\d+, the oldest supported version/);
});

test('JSON output is one list, even for several files', () => {
  const one = JSON.parse(rendered([file(GOOD)], 'json').out) as { items: readonly Kinded[] };
  const two = JSON.parse(rendered([file(GOOD), file(GOOD)], 'json').out) as { items: readonly Kinded[] };
  assert.equal(two.items.length, 2 * one.items.length);
});

test('a resource exported from a cluster with its status is rendered as its pods were', () => {
  const status = { renderRevision: 'r1', renderedImage: 'registry.test/proxy:0.9', autoscaledReplicas: 7 };
  const { out } = rendered([file(JSON.stringify({ ...balancer(), status }))]);
  assert.match(out, /image: registry\.test\/proxy:0\.9\n/);
  assert.doesNotMatch(out, /render-revision: r2/);
  assert.match(out, /^ {2}replicas: 7$/m);
});

test('problems are reported with file and line, and nothing is rendered', () => {
  const bad = file(
    'apiVersion: l4balancer.dev/v1alpha1\nkind: L4Balancer\nmetadata: {name: edge}\nspec:\n  listeners: 3\n',
  );
  const missing = join(folder, 'missing.yaml');
  const { code, out, err } = rendered([file(GOOD), bad, missing]);
  assert.deepEqual([code, out], [2, '']);
  assert.match(err, new RegExp(`^${bad}:5: spec\\.listeners: `, 'm'));
  assert.match(err, new RegExp(`^Cannot read ${missing}: there is no such file$`, 'm'));
  assert.match(err, /^\d+ problems$/m);
});
