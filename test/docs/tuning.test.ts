import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { parseManifest } from '../../crds/parse-manifest.ts';
import { REPOSITORY } from '../../tooling/process/folders.ts';

const page = readFileSync(join(REPOSITORY, 'docs', 'tuning.md'), 'utf8');
const SNIPPET = /`((?:tuning|workload|capacity): \{[^`]+\})`/g;

const findingsOf = (snippet: string) =>
  parseManifest(
    stringify({
      apiVersion: 'l4balancer.dev/v1alpha1',
      kind: 'L4Balancer',
      metadata: { name: 'edge' },
      spec: {
        listeners: [{ name: 'web', port: 8080, backend: 'web' }],
        backends: [{ name: 'web', service: { name: 'web', port: 80 } }],
        ...parse(snippet),
      },
    }),
  ).findings;

test('the examples for spec in docs/tuning.md are valid', () => {
  assert.equal(findingsOf('tuning: {acceptors: none}').length, 1);
  const snippets = [...page.matchAll(SNIPPET)].map(([, snippet = '']) => snippet);
  assert.ok(snippets.length > 10);
  for (const snippet of snippets) assert.deepEqual(findingsOf(snippet), [], snippet);
});
