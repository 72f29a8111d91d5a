import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseL4Balancer } from '../../crds/parse.ts';
import { RULES } from '../../crds/rules/all.ts';
import { BAD_MANIFESTS } from './bad/all.ts';
import { manifest } from './base-manifest.ts';
import { GOOD_MANIFESTS } from './good-manifests.ts';

test('the manifest that the bad ones are made from is good', () => {
  assert.deepEqual(parseL4Balancer(manifest(), 'Refuse').findings, []);
});

for (const [title, input] of Object.entries(GOOD_MANIFESTS)) {
  test(`the parser takes ${title}`, () => {
    assert.deepEqual(parseL4Balancer(input, 'Refuse').findings, []);
  });
}

for (const { title, input, path, parser } of BAD_MANIFESTS) {
  test(`the parser refuses ${title}`, () => {
    const { balancer, findings } = parseL4Balancer(input, 'Refuse');
    assert.equal(balancer, undefined);
    const found = findings.filter((finding) => finding.path === path);
    assert.ok(
      found.some(({ message }) => parser.test(message)),
      JSON.stringify(findings, null, 1),
    );
  });
}

test('every rule has a manifest that breaks it, and every manifest names a rule that exists', () => {
  const broken = new Set(BAD_MANIFESTS.flatMap(({ rule }) => rule ?? []));
  assert.deepEqual(
    RULES.map(({ id }) => id).filter((id) => !broken.has(id)),
    [],
  );
  const ids = new Set(RULES.map(({ id }) => id));
  assert.equal(ids.size, RULES.length, 'ids are unique');
  assert.deepEqual(
    [...broken].filter((id) => !ids.has(id)),
    [],
  );
});

test('a bad manifest is bad in one way, so that each rule is tried alone', () => {
  for (const { rule, title, input } of BAD_MANIFESTS) {
    if (rule === undefined) continue;
    const { findings } = parseL4Balancer(input, 'Refuse');
    assert.ok(findings.length <= 2, `${title}: ${JSON.stringify(findings)}`);
  }
});
