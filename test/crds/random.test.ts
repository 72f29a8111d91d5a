import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectiveTuning } from '../../crds/effective.ts';
import { parseL4Balancer } from '../../crds/parse.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { randomManifest } from './random-manifest.ts';

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed);

test('200 random valid manifests parse, and parsing the result again does not change it', () => {
  for (const seed of SEEDS) {
    const first = parseL4Balancer(randomManifest(new Random(seed)), 'Refuse');
    assert.deepEqual(first.findings, [], `seed ${seed}`);
    const again = parseL4Balancer(structuredClone(first.balancer), 'Refuse');
    assert.deepEqual(again.balancer, first.balancer, `seed ${seed}`);
  }
});

test('every valid manifest has an effective tuning within the bounds', () => {
  for (const seed of SEEDS) {
    const { balancer } = parseL4Balancer(randomManifest(new Random(seed)), 'Refuse');
    assert.ok(balancer);
    const { acceptors, sysctls } = effectiveTuning(balancer.spec);
    assert.ok(acceptors >= 1 && acceptors <= 256, `seed ${seed}`);
    assert.equal(new Set(sysctls.map(({ name }) => name)).size, sysctls.length, `seed ${seed}`);
  }
});

test('a random mutant results in either a resource or findings, and never throws', () => {
  let refused = 0;
  for (const seed of SEEDS) {
    const random = new Random(seed);
    const manifest = randomManifest(random);
    for (let i = 0; i < 10; i++) {
      const { mutant, at } = mutate(manifest, random);
      const before = structuredClone(mutant);
      for (const unknownFields of ['Refuse', 'Report'] as const) {
        const { balancer, findings } = parseL4Balancer(mutant, unknownFields);
        assert.equal(balancer === undefined, findings.length > 0, `seed ${seed} at ${at.join('.')}`);
        if (findings.length > 0) refused++;
        for (const { path, message } of findings) {
          assert.ok(path.startsWith('spec'), path);
          assert.doesNotMatch(
            message,
            /undefined|\[object|Invalid input|NaN/,
            `seed ${seed} at ${at.join('.')}`,
          );
        }
      }
      assert.deepEqual(mutant, before, 'the input is not changed');
    }
  }
  assert.ok(refused > 2000, `only ${refused} of 4000 were refused: too few of the mutants are invalid`);
});
