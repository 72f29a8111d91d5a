import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import {
  CURRENT,
  REVISION_ANNOTATION,
  REVISION_NAMES,
  renderTemplate,
} from '../../../operator/desired/revisions/all.ts';
import { GOLDEN } from '../golden.ts';
import { owner, RENDER } from '../owner.ts';

/**
 * SHA-256 of the golden pod templates of released revisions. Existing balancers use them, and changing one
 * would restart their pods. Put changes into a new revision, with golden files in a new folder. When r2 is
 * released, its files are locked here.
 */
const LOCKED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  r1: {
    everything: '975cc2dc6636dbc19f4f19a3ee0ca51ad1195e6ce8f3866cd152b12769e7ebda',
    guide: '167884325cf36871b397f4c8b236fd51d955997c5cf6ce65f82a1b5371da12b3',
    'host-network': 'e16796af127da3a8b4b8b6c244b2656075cbce9ec36df443b20531fefd1f4d50',
    'init-container': '0a991b96b9e51e3c67f66d3390e3635111c868eaedcff0e72810107da1b1fe81',
    minimal: 'c28d0c6487fce08400ccb368b5984b4e0dded541e37e83bb1acc02ce4319e7f3',
  },
};

for (const revision of REVISION_NAMES.filter((one) => one !== CURRENT))
  for (const [name, digest] of Object.entries(LOCKED[revision] ?? assert.fail(`${revision} is not locked`)))
    test(`revision ${revision} renders the pods of "${name}" exactly as when it was released`, () => {
      const text = readFileSync(
        new URL(`../golden/${revision}/${name}.golden.yaml`, import.meta.url),
        'utf8',
      );
      assert.equal(hash('sha256', text), digest, 'the golden file of a released revision was changed');
      const rendered = renderTemplate(revision, owner(GOLDEN[name]), RENDER);
      assert.deepEqual(JSON.parse(JSON.stringify(rendered)), parse(text));
    });

test('since r2, pods have an annotation with their revision', () => {
  const annotations = (revision: (typeof REVISION_NAMES)[number]) =>
    renderTemplate(revision, owner(), RENDER).metadata.annotations;
  assert.equal(annotations('r1'), undefined);
  assert.equal(annotations(CURRENT)?.[REVISION_ANNOTATION], CURRENT);
});

test('an annotation from the spec takes precedence over the revision’s, except the name of the revision', () => {
  const workload = { podAnnotations: { 'kubectl.kubernetes.io/default-container': 'mine' } };
  const { annotations } = renderTemplate('r2', owner({ workload }), RENDER).metadata;
  assert.deepEqual(annotations, {
    'kubectl.kubernetes.io/default-container': 'mine',
    [REVISION_ANNOTATION]: 'r2',
  });
});
