import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseManifest } from '../../crds/parse-manifest.ts';
import { assertNone, type Check, lineAt } from './finding.ts';
import { tree } from './tree.ts';

const BLOCK = /^```yaml\n(apiVersion: l4balancer\.dev\/[\s\S]*?)^```$/gm;

/** Parses complete manifests in documents as the proxy does. */
const check: Check = ({ path, text }) =>
  path.endsWith('.md')
    ? [...text.matchAll(BLOCK)].flatMap(({ index, 1: manifest = '' }) =>
        parseManifest(manifest).findings.map((finding) => ({
          path,
          line: lineAt(text, index) + (finding.line ?? 1),
          message: `shows an invalid manifest: ${finding.path} ${finding.message}`,
        })),
      )
    : [];

test('manifests in documents are valid', () => {
  const text =
    '```yaml\napiVersion: l4balancer.dev/v1alpha1\nkind: L4Balancer\nmetadata: {name: a}\nspec: {}\n```\n';
  assert.ok(check({ path: 'README.md', text }).length > 0);
  const files = tree();
  assert.match(files.find(({ path }) => path === 'README.md')?.text ?? '', BLOCK);
  assertNone(files.flatMap(check));
});
