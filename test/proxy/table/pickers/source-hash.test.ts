import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pickSourceHash } from '../../../../proxy/table/pickers/source-hash.ts';
import { endpointKey, type TableEndpoint } from '../../../../proxy/table/table.ts';
import { choiceOf, endpointsOf, keys, NONE } from './choices.ts';

const CLIENTS = keys(5_000);
const WEIGHTS = [1, 4, 2, 1, 8, 1, 3, 1];

const answers = (endpoints: readonly TableEndpoint[]): readonly string[] => {
  const choice = choiceOf('SourceHash', endpoints);
  return CLIENTS.map((key) => endpointKey(endpoints[pickSourceHash(choice, NONE, key)] as TableEndpoint));
};

test('when an endpoint is removed, its own clients move and no others', () => {
  const all = endpointsOf(WEIGHTS);
  const before = answers(all);
  for (const [gone, endpoint] of all.entries()) {
    const after = answers(all.toSpliced(gone, 1));
    for (const [client, was] of before.entries())
      if (was === endpointKey(endpoint)) assert.notEqual(after[client], was);
      else assert.equal(after[client], was);
  }
});

test('when an endpoint is removed, each of its clients moves to the one that would be tried next', () => {
  const all = endpointsOf(WEIGHTS);
  const choice = choiceOf('SourceHash', all);
  const after = answers(all.toSpliced(4, 1));
  for (const [client, key] of CLIENTS.entries()) {
    if (pickSourceHash(choice, NONE, key) !== 4) continue;
    const next = pickSourceHash(choice, new Set([choice.candidates[4]?.slot ?? -1]), key);
    assert.equal(after[client], endpointKey(all[next] as TableEndpoint));
  }
});

test('when the weight of an endpoint increases, clients move only to it', () => {
  const before = answers(endpointsOf(WEIGHTS));
  const [changed] = endpointsOf([1]);
  const name = endpointKey(changed as TableEndpoint);
  const after = answers(endpointsOf([6, ...WEIGHTS.slice(1)]));
  const moved = CLIENTS.keys().filter((client) => after[client] !== before[client]);
  let count = 0;
  for (const client of moved) {
    assert.equal(after[client], name);
    count += 1;
  }
  // From 1 of 21 to 6 of 26.
  assert.ok(Math.abs(count / CLIENTS.length - (6 / 26 - 1 / 21)) < 0.03, `${count}`);
});
