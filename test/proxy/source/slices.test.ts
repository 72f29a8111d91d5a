import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Call, Transport } from '../../../kube/transport.ts';
import type { ApiProblem } from '../../../proxy/source/api-problem.ts';
import { followSlices } from '../../../proxy/source/slices.ts';
import { until } from '../../../tooling/wait/until.ts';

/** Slices that are followed over a transport which refuses lists; each is refused when the test says so. */
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
  const told: (ApiProblem | undefined)[] = [];
  const slices = followSlices({
    transport,
    what: 'EndpointSlices',
    path: '/slices',
    onChange() {},
    onProblem: (problem) => told.push(problem),
  });
  after(() => slices.stop());
  return {
    slices,
    async breakWatches() {
      broken.resolve();
      await new Promise(setImmediate);
    },
    told: () => told.at(-1)?.problem,
    /** The oldest list of these Services that was not answered yet. */
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

test('when no Service is named any more, the problem of following their slices is over', async () => {
  const { slices, told, list } = bench();
  slices.want(['a']);
  await (await list('a')).refuse('no right');
  assert.equal(told(), 'Cannot follow EndpointSlices: no right');
  slices.want([]);
  assert.equal(told(), undefined);
});

test('only who follows the newest Services tells problems', async () => {
  const { slices, told, list, breakWatches } = bench();
  slices.want(['a']);
  await (await list('a')).answer();
  slices.want(['b']);
  await breakWatches();
  assert.equal(told(), undefined);
  await (await list('b')).refuse('of the new');
  assert.equal(told(), 'Cannot follow EndpointSlices: of the new');
});
