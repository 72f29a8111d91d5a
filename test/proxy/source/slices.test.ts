import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Call, Transport } from '../../../kube/transport.ts';
import type { ApiProblem } from '../../../proxy/source/api-problem.ts';
import { followSlices } from '../../../proxy/source/slices.ts';
import { until } from '../../../tooling/wait/until.ts';

/** Follows slices over a transport whose list requests the test answers or rejects. */
const bench = () => {
  const lists: { readonly selector: string; refuse(why: string): Promise<void>; answer(): Promise<void> }[] =
    [];
  const broken = Promise.withResolvers<void>();
  const transport: Transport = {
    request: ({ query = {} }: Call) =>
      new Promise((resolve, reject) => {
        lists.push({
          selector: query.labelSelector ?? '',
          async refuse(why) {
            reject(new Error(why));
            await new Promise(setImmediate);
          },
          async answer() {
            resolve({ metadata: { resourceVersion: '1' }, items: [] });
            await new Promise(setImmediate);
          },
        });
      }),
    // biome-ignore lint/correctness/useYield: a watch that breaks before its first line
    async *lines() {
      await broken.promise;
      throw new Error('of the old');
    },
    async close() {},
  };
  const reported: (ApiProblem | undefined)[] = [];
  const slices = followSlices({
    transport,
    what: 'EndpointSlices',
    path: '/slices',
    onChange() {},
    onProblem: (problem) => reported.push(problem),
  });
  after(() => slices.stop());
  return {
    slices,
    async breakWatches() {
      broken.resolve();
      await new Promise(setImmediate);
    },
    reported: () => reported.at(-1)?.problem,
    /** The oldest unanswered list request for these Services. */
    async list(services: string) {
      const take = () => {
        const at = lists.findIndex(({ selector }) => selector.endsWith(`(${services})`));
        return at < 0 ? undefined : lists.splice(at, 1)[0];
      };
      return await until(`a list of ${services}`, take, {
        everyMs: 0,
        seen: () => lists.map(({ selector }) => selector),
      });
    },
  };
};

test('the problem of following slices is resolved when no Service is named any more', async () => {
  const { slices, reported, list } = bench();
  slices.setServices(['a']);
  await (await list('a')).refuse('no right');
  assert.equal(reported(), 'Cannot follow EndpointSlices: no right');
  slices.setServices([]);
  assert.equal(reported(), undefined);
});

test('only the collection of the newest Services reports problems', async () => {
  const { slices, reported, list, breakWatches } = bench();
  slices.setServices(['a']);
  await (await list('a')).answer();
  slices.setServices(['b']);
  await breakWatches();
  assert.equal(reported(), undefined);
  await (await list('b')).refuse('of the new');
  assert.equal(reported(), 'Cannot follow EndpointSlices: of the new');
});
