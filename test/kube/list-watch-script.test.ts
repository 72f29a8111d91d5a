import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Clock } from '../../kube/clock.ts';
import { ApiError, TransportError } from '../../kube/errors.ts';
import { LIMITS, type ListWatchState, startListWatch } from '../../kube/list-watch.ts';
import type { KubeObject } from '../../kube/object.ts';
import { type Step, scriptedTransport } from './scripted-transport.ts';

const pod = (name: string, resourceVersion: string): KubeObject => ({
  metadata: { name, namespace: 'ns', resourceVersion, uid: name },
});
const page = (resourceVersion: string, items: readonly KubeObject[], token?: string): Step => ({
  answer: { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion, continue: token ?? '' }, items },
});
const event = (type: string, object: KubeObject) => ({ type, object });
const status = (code: number, extra: object = {}) => ({ kind: 'Status', code, message: 'said so', ...extra });
const refusal = (httpStatus: number, extra: object = {}) =>
  new ApiError({ method: 'GET', path: '/p', httpStatus, body: JSON.stringify(status(httpStatus, extra)) });
const cut = () => new TransportError('ConnectionLost', 'https://x', 'GET /p', 'cut');
const HANG: Step = { lines: [], ending: 'Hang' };

interface Case {
  readonly name: string;
  readonly script: readonly Step[];
  /** Expected calls: LIST, LIST token, or WATCH version. */
  readonly calls: readonly string[];
  /** Expected callbacks, in order. */
  readonly callbacks: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'a page refused as too old restarts the list without a backoff',
    script: [page('1', [pod('a', '1')], 'more'), { error: refusal(410) }, page('2', [pod('b', '2')]), HANG],
    calls: ['LIST', 'LIST more', 'LIST', 'WATCH 2'],
    callbacks: ['sync ns/b', 'connected'],
  },
  {
    name: 'an ERROR event of 410 lists again',
    script: [
      page('1', []),
      { lines: [event('ADDED', pod('a', '2')), { type: 'ERROR', object: status(410) }] },
      page('9', []),
      HANG,
    ],
    calls: ['LIST', 'WATCH 1', 'LIST', 'WATCH 9'],
    callbacks: ['sync ', 'connected', 'Added ns/a', 'lost Gone 150', 'sync ', 'connected'],
  },
  {
    name: 'a watch refused as too old lists again',
    script: [page('1', []), { error: refusal(410) }, page('9', []), HANG],
    calls: ['LIST', 'WATCH 1', 'LIST', 'WATCH 9'],
    callbacks: ['sync ', 'lost Gone 150', 'sync ', 'connected'],
  },
  {
    name: 'any other ERROR event lists again',
    script: [page('1', []), { lines: [{ type: 'ERROR', object: status(500) }] }, page('9', []), HANG],
    calls: ['LIST', 'WATCH 1', 'LIST', 'WATCH 9'],
    callbacks: ['sync ', 'connected', 'lost ServerError 150', 'sync ', 'connected'],
  },
  {
    name: 'a line that is not JSON lists again',
    script: [page('1', []), { lines: ['{"type":"ADD'] }, page('9', []), HANG],
    calls: ['LIST', 'WATCH 1', 'LIST', 'WATCH 9'],
    callbacks: ['sync ', 'connected', 'lost WatchBroken 150', 'sync ', 'connected'],
  },
  {
    name: 'an event of an unknown type lists again',
    script: [page('1', []), { lines: [event('MOVED', pod('a', '2'))] }, page('9', []), HANG],
    calls: ['LIST', 'WATCH 1', 'LIST', 'WATCH 9'],
    callbacks: ['sync ', 'connected', 'lost WatchBroken 150', 'sync ', 'connected'],
  },
  {
    name: 'a lost connection resumes from the last bookmark',
    script: [page('1', []), { lines: [event('BOOKMARK', pod('', '7'))], ending: cut() }, HANG],
    calls: ['LIST', 'WATCH 1', 'WATCH 7'],
    callbacks: ['sync ', 'connected', 'lost ConnectionLost 150', 'connected'],
  },
  {
    name: 'a second consecutive lost connection lists again, since the server may be a different one',
    script: [page('1', []), { lines: [], ending: cut() }, { error: cut() }, page('3', []), HANG],
    calls: ['LIST', 'WATCH 1', 'WATCH 1', 'LIST', 'WATCH 3'],
    callbacks: [
      'sync ',
      'connected',
      'lost ConnectionLost 150',
      'lost ConnectionLost 300',
      'sync ',
      'connected',
    ],
  },
  {
    name: 'the backoff doubles while the server is unreachable, and is reset by an event',
    script: [
      { error: cut() },
      { error: cut() },
      { error: cut() },
      page('1', []),
      { lines: [event('ADDED', pod('a', '2'))], ending: cut() },
      HANG,
    ],
    calls: ['LIST', 'LIST', 'LIST', 'LIST', 'WATCH 1', 'WATCH 2'],
    callbacks: [
      'lost ConnectionLost 150',
      'lost ConnectionLost 300',
      'lost ConnectionLost 600',
      'sync ',
      'connected',
      'Added ns/a',
      'lost ConnectionLost 150',
      'connected',
    ],
  },
  {
    name: 'the wait requested by the server is added to the backoff, so that clients do not return together',
    script: [{ error: refusal(429, { details: { retryAfterSeconds: 7 } }) }, page('1', []), HANG],
    calls: ['LIST', 'LIST', 'WATCH 1'],
    callbacks: ['lost TooManyRequests 7150', 'sync ', 'connected'],
  },
  {
    name: 'a watch that ends immediately is not reopened in a hot loop',
    script: [page('1', []), { lines: [] }, { lines: [] }, HANG],
    calls: ['LIST', 'WATCH 1', 'WATCH 1', 'WATCH 1'],
    callbacks: [
      'sync ',
      'connected',
      'lost WatchBroken 150',
      'connected',
      'lost WatchBroken 300',
      'connected',
    ],
  },
  {
    name: 'a repeated version is one change, and the deletion of an unknown object is none',
    script: [
      page('1', [pod('a', '1')]),
      {
        lines: [
          event('ADDED', pod('a', '1')),
          event('MODIFIED', pod('a', '2')),
          event('MODIFIED', pod('b', '3')),
          event('DELETED', pod('c', '4')),
          event('DELETED', pod('a', '5')),
        ],
        ending: 'Hang',
      },
    ],
    calls: ['LIST', 'WATCH 1'],
    callbacks: ['sync ns/a', 'connected', 'Modified ns/a', 'Added ns/b', 'Deleted ns/a'],
  },
  {
    name: 'an answer that is not a list is an error',
    script: [{ answer: { hello: 'world' } }, { answer: null }, page('1', []), HANG],
    calls: ['LIST', 'LIST', 'LIST', 'WATCH 1'],
    callbacks: ['lost NotAList 150', 'lost NotAList 300', 'sync ', 'connected'],
  },
];

/** A clock that advances only by sleeps, which take no real time. */
function stillClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
}

function run(script: readonly Step[], fail: (callback: string) => boolean = () => false) {
  const transport = scriptedTransport(script);
  const callbacks: string[] = [];
  const record = (line: string) => {
    callbacks.push(line);
    if (fail(line)) throw new Error('the follower is broken');
  };
  const watch = startListWatch(
    {
      transport,
      path: '/p',
      onSync: (objects) => record(`sync ${[...objects.keys()].join(' ')}`),
      onChange: (key, _, change) => record(`${change} ${key}`),
      onState: (state) => callbacks.push(describeState(state)),
    },
    { clock: stillClock(), random: () => 0.5, limits: LIMITS },
  );
  return { transport, callbacks, watch };
}

function describeState(state: ListWatchState): string {
  if (state.connected) return 'connected';
  return `lost ${(state.error as { code?: string }).code} ${state.retryInMs}`;
}

/** Lets everything run that is not waiting for a hanging call. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a list and watch', () => {
  for (const { name, script, calls, callbacks } of CASES) {
    test(name, async () => {
      const ran = run(script);
      await settle();
      ran.watch.stop();
      assert.deepEqual(
        ran.transport.calls.map(({ query = {} }) =>
          query.watch ? `WATCH ${query.resourceVersion}` : `LIST ${query.continue ?? ''}`.trim(),
        ),
        calls,
      );
      assert.deepEqual(ran.callbacks, callbacks);
    });
  }

  test('trims each object when it arrives, in pages and in events, and never reports an untrimmed one', async () => {
    const whole = (name: string, version: string) => ({ ...pod(name, version), spec: { image: 'large' } });
    const lines = [
      event('ADDED', whole('c', '3')),
      event('MODIFIED', whole('a', '4')),
      event('DELETED', whole('b', '5')),
    ];
    const script = [page('1', [whole('a', '1')], 'more'), page('2', [whole('b', '2')]), { lines }];
    const callbacks: string[] = [];
    let kept: ReadonlyMap<string, KubeObject> = new Map();
    const watch = startListWatch<KubeObject>(
      {
        transport: scriptedTransport([...script, HANG]),
        path: '/p',
        trim: ({ kind = 'none', metadata }) => ({ kind: `small ${kind}`, metadata }),
        onSync: (objects) => {
          kept = objects;
          callbacks.push(JSON.stringify([...objects.values()]));
        },
        onChange: (_, object) => callbacks.push(JSON.stringify(object)),
        onState: () => {},
      },
      { clock: stillClock(), random: () => 0.5, limits: LIMITS },
    );
    await settle();
    watch.stop();
    assert.equal(callbacks.length, 4);
    assert.doesNotMatch(callbacks.join(), /large/);
    assert.match(callbacks[0] ?? '', /small Pod.*small Pod/);
    assert.deepEqual([...kept.keys()], ['ns/a', 'ns/c']);
    assert.doesNotMatch(JSON.stringify([...kept.values()]), /large/);
  });

  test('lists again after onChange has thrown', async () => {
    const lines = [event('ADDED', pod('a', '2')), event('ADDED', pod('b', '3'))];
    const ran = run(
      [page('1', []), { lines, ending: 'Hang' }, page('3', [pod('a', '2'), pod('b', '3')]), HANG],
      (line) => line === 'Added ns/a',
    );
    await settle();
    ran.watch.stop();
    assert.deepEqual(ran.callbacks, [
      'sync ',
      'connected',
      'Added ns/a',
      'lost CallbackThrew 150',
      'sync ns/a ns/b',
      'connected',
    ]);
  });

  test('makes no further callbacks once it is stopped from within a callback', async () => {
    const lines = [event('ADDED', pod('a', '2')), event('ADDED', pod('b', '3'))];
    const ran = run([page('1', []), { lines }, HANG], (line) => {
      if (line === 'Added ns/a') ran.watch.stop();
      return false;
    });
    await settle();
    assert.deepEqual(ran.callbacks, ['sync ', 'connected', 'Added ns/a']);
  });

  test('requests bookmarks, and a random duration of less than five minutes', async () => {
    const ran = run([page('1', []), HANG]);
    await settle();
    ran.watch.stop();
    assert.deepEqual(ran.transport.calls[1]?.query, {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: '1',
      timeoutSeconds: '261',
    });
    assert.equal(ran.transport.calls[1]?.timeoutMs, 180_000);
  });
});
