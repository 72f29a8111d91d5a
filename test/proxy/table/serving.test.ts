import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseServing, type ServingCandidate } from '../../../proxy/table/serving.ts';

interface Named extends ServingCandidate {
  readonly name: string;
}

/**
 * Parses endpoints: "a" is healthy, "-a" is not, "a/b" is a backup, "a0" has weight 0, "~a" is in slow start.
 */
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
  { name: 'healthy endpoints serve', endpoints: 'a -b c', serve: 'a c' },
  { name: 'backups are inactive while another endpoint is healthy', endpoints: 'a -b c/b d/b', serve: 'a' },
  {
    name: 'all healthy backups take over if no other endpoint is healthy',
    endpoints: '-a -b c/b -d/b e/b',
    serve: 'c e',
    because: 'backups',
  },
  {
    name: 'without a healthy endpoint all that are not backups serve',
    endpoints: '-a -b -c/b',
    serve: 'a b',
    because: 'panic',
  },
  {
    name: 'backups help while all healthy endpoints are in slow start',
    endpoints: '~a -b c/b -d/b',
    serve: 'a c',
  },
  {
    name: 'backups are inactive if one other endpoint has its full share',
    endpoints: '~a b c/b',
    serve: 'a b',
  },
  {
    name: 'without a healthy backup the endpoints in slow start serve alone',
    endpoints: '~a ~b -c/b',
    serve: 'a b',
  },
  { name: 'an endpoint with weight 0 never serves', endpoints: 'a0 b', serve: 'b' },
  {
    name: 'an endpoint with weight 0 does not serve in a panic either',
    endpoints: 'a0 -b',
    serve: 'b',
    because: 'panic',
  },
  {
    name: 'an endpoint with weight 0 does not keep backups inactive',
    endpoints: 'a0 -b c/b',
    serve: 'c',
    because: 'backups',
  },
  { name: 'if all endpoints are backups, they serve like any others', endpoints: 'a/b -b/b', serve: 'a' },
  { name: 'if all endpoints are backups with weight 0, none serves', endpoints: 'a0/b', serve: '' },
  {
    name: 'if all endpoints are backups and none is healthy, that is a panic, too',
    endpoints: '-a/b -b/b',
    serve: 'a b',
    because: 'panic',
  },
  {
    name: 'backups serve without an exception if all other endpoints have weight 0',
    endpoints: 'a0 b/b',
    serve: 'b',
  },
  { name: 'a backend without endpoints serves nothing', endpoints: '', threshold: 100, serve: '' },
  {
    name: 'a share of healthy endpoints that equals the threshold is enough',
    endpoints: 'a -b c -d',
    threshold: 50,
    serve: 'a c',
  },
  {
    name: 'all endpoints serve below the threshold',
    endpoints: 'a -b c -d',
    threshold: 51,
    serve: 'a b c d',
    because: 'panic',
  },
  {
    name: 'endpoints with weight 0 do not count towards the threshold',
    endpoints: 'a -b c0 d0',
    threshold: 51,
    serve: 'a b',
    because: 'panic',
  },
  {
    name: 'below the threshold healthy backups join the remaining healthy endpoints instead of unhealthy ones',
    endpoints: 'a -b -c -d/b e/b',
    threshold: 50,
    serve: 'a e',
    because: 'backups',
  },
  {
    name: 'unhealthy backups do not prevent a panic below the threshold',
    endpoints: 'a -b -c -d/b',
    threshold: 50,
    serve: 'a b c',
    because: 'panic',
  },
  {
    name: 'at a threshold of 100 one unhealthy endpoint causes a panic',
    endpoints: 'a -b',
    threshold: 100,
    serve: 'a b',
    because: 'panic',
  },
  {
    name: 'at a threshold of 100 there is no panic if all endpoints are healthy',
    endpoints: 'a b',
    threshold: 100,
    serve: 'a b',
  },
];

for (const { name, endpoints: text, threshold = 0, serve, because } of TABLE)
  test(name, () => {
    const { serving, panic, backups } = chooseServing(endpoints(text), threshold);
    assert.equal(serving.map((one) => one.name).join(' '), serve);
    assert.deepEqual({ panic, backups }, { panic: because === 'panic', backups: because === 'backups' });
  });
