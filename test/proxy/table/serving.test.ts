import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseServing, type Servant } from '../../../proxy/table/serving.ts';

interface Named extends Servant {
  readonly name: string;
}

/** Endpoints in words: "a" is healthy, "-a" is not, "a/b" is a backup, "a0" has weight 0, "~a" starts slowly. */
const endpoints = (text: string): readonly Named[] =>
  text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => ({
      name: word.replaceAll(/^[-~]|\/b$/g, ''),
      healthy: !word.startsWith('-'),
      backup: word.endsWith('/b'),
      weight: word.includes('0') ? 0 : 1,
      share: word.startsWith('~') ? 0.1 : 1,
    }));

const TABLE: readonly {
  readonly name: string;
  readonly endpoints: string;
  readonly threshold?: number;
  readonly serve: string;
  readonly because?: 'panic' | 'backups';
}[] = [
  { name: 'healthy ones serve', endpoints: 'a -b c', serve: 'a c' },
  { name: 'backups rest while one other is healthy', endpoints: 'a -b c/b d/b', serve: 'a' },
  {
    name: 'all healthy backups take over where no other is healthy',
    endpoints: '-a -b c/b -d/b e/b',
    serve: 'c e',
    because: 'backups',
  },
  {
    name: 'without a healthy endpoint all that are no backups serve',
    endpoints: '-a -b -c/b',
    serve: 'a b',
    because: 'panic',
  },
  { name: 'backups help while all that are healthy start slowly', endpoints: '~a -b c/b -d/b', serve: 'a c' },
  { name: 'backups rest where one other has its full share', endpoints: '~a b c/b', serve: 'a b' },
  { name: 'without a backup those that start slowly serve alone', endpoints: '~a ~b -c/b', serve: 'a b' },
  { name: 'weight 0 never serves', endpoints: 'a0 b', serve: 'b' },
  { name: 'weight 0 does not serve in a panic either', endpoints: 'a0 -b', serve: 'b', because: 'panic' },
  { name: 'weight 0 keeps no backup out', endpoints: 'a0 -b c/b', serve: 'c', because: 'backups' },
  { name: 'backups alone serve as any others', endpoints: 'a/b -b/b', serve: 'a' },
  { name: 'backups of weight 0 alone serve nobody', endpoints: 'a0/b', serve: '' },
  { name: 'backups alone may panic, too', endpoints: '-a/b -b/b', serve: 'a b', because: 'panic' },
  { name: 'others of weight 0 alone are like none', endpoints: 'a0 b/b', serve: 'b' },
  { name: 'nothing serves where nothing is', endpoints: '', threshold: 100, serve: '' },
  { name: 'exactly the threshold is enough', endpoints: 'a -b c -d', threshold: 50, serve: 'a c' },
  {
    name: 'below the threshold all serve',
    endpoints: 'a -b c -d',
    threshold: 51,
    serve: 'a b c d',
    because: 'panic',
  },
  {
    name: 'weight 0 does not count towards the threshold',
    endpoints: 'a -b c0 d0',
    threshold: 51,
    serve: 'a b',
    because: 'panic',
  },
  {
    name: 'below the threshold healthy backups join those that are left, instead of unhealthy ones',
    endpoints: 'a -b -c -d/b e/b',
    threshold: 50,
    serve: 'a e',
    because: 'backups',
  },
  {
    name: 'below the threshold backups that are not healthy are no help',
    endpoints: 'a -b -c -d/b',
    threshold: 50,
    serve: 'a b c',
    because: 'panic',
  },
  {
    name: 'at 100 one unhealthy is a panic',
    endpoints: 'a -b',
    threshold: 100,
    serve: 'a b',
    because: 'panic',
  },
  { name: 'at 100 all healthy is none', endpoints: 'a b', threshold: 100, serve: 'a b' },
];

for (const { name, endpoints: text, threshold = 0, serve, because } of TABLE)
  test(name, () => {
    const { serving, panic, backups } = chooseServing(endpoints(text), threshold);
    assert.equal(serving.map((one) => one.name).join(' '), serve);
    assert.deepEqual({ panic, backups }, { panic: because === 'panic', backups: because === 'backups' });
  });
