import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseL4Balancer } from '../../crds/parse.ts';
import { RULES } from '../../crds/rules/all.ts';
import { BAD_MANIFESTS } from './bad/all.ts';
import { manifest } from './base-manifest.ts';
import { GOOD_MANIFESTS } from './good-manifests.ts';

test('the base of the bad manifests is valid', () => {
  assert.deepEqual(parseL4Balancer(manifest(), 'Refuse').findings, []);
});

for (const [title, input] of Object.entries(GOOD_MANIFESTS)) {
  test(`the parser accepts ${title}`, () => {
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

test('every rule has a manifest that breaks it, and every bad manifest names an existing rule', () => {
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

test('a bad manifest breaks at most one rule, so that each rule is tested alone', () => {
  for (const { rule, title, input } of BAD_MANIFESTS) {
    if (rule === undefined) continue;
    const { findings } = parseL4Balancer(input, 'Refuse');
    // Several parts may break the same rule, and a proxy of pods knows no files.
    const messages = new Set(findings.map(({ message }) => message));
    assert.ok(messages.size <= 2, `${title}: ${JSON.stringify(findings)}`);
  }
});
