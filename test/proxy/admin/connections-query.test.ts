import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConnectionQuery } from '../../../proxy/admin/connections-query.ts';

const WRONG: readonly (readonly [string, string, RegExp])[] = [
  [
    'another parameter',
    'x=1',
    /^unknown parameter "x"; there are listener, backend, endpoint, client, older-than/,
  ],
  ['two limits', 'limit=1&limit=2', /^limit is given more than once/],
  ['a limit of 0', 'limit=0', /^limit="0" is no integer from 1 to 1000/],
  ['a limit above 1000', 'limit=1001', /is no integer from 1 to 1000/],
  ['a limit that is no number', 'limit=1e3', /is no integer/],
  ['an order that there is not', 'sort=name', /^sort="name" is none of age, bytes, idle/],
  ['no duration', 'older-than=5', /^older-than="5" is no duration/],
  ['no range', 'client=host', /^client=host: "host" is neither an address nor a CIDR range/],
  ['bits beyond a prefix', 'client=10.1.0.0/8', /has bits beyond its prefix length/],
  ['too many ranges', `x=1${'&client=10.0.0.1'.repeat(65)}`.slice(4), /^client is given more than 64 times/],
];

for (const [what, query, problem] of WRONG)
  test(`a list of connections with ${what} is refused`, () => {
    const read = readConnectionQuery(new URLSearchParams(query));
    assert.ok(typeof read === 'string', JSON.stringify(read));
    assert.match(read, problem);
    assert.ok(read.length < 400, read);
  });

test('without parameters, the hundred oldest of all connections are asked for', () => {
  assert.deepEqual(readConnectionQuery(new URLSearchParams()), {
    listeners: [],
    backends: [],
    endpoints: [],
    clients: undefined,
    olderThanMs: 0,
    order: 'age',
    most: 100,
  });
});
