import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFlow } from '../../../proxy/admin/flow-query.ts';

const WRONG: readonly (readonly [string, string, RegExp])[] = [
  ['no client', 'to=web', /^from is missing/],
  ['no listener', 'from=192.0.2.1', /^to is missing/],
  ['no address', 'from=host&to=web', /^from="host" is no IP address/],
  ['a port without an address', 'from=:80&to=web', /^from=":80" is no IP address/],
  ['a port of 0', 'from=192.0.2.1:0&to=web', /is no IP address/],
  ['a port above 65535', 'from=192.0.2.1:65536&to=web', /is no IP address/],
  ['an IPv4 address in brackets', 'from=[192.0.2.1]:80&to=web', /is no IP address/],
  ['a wrong load balancer', 'from=192.0.2.1&via=x&to=web', /^via="x" is no IP address/],
  ['a range', 'from=192.0.2.0/24&to=web', /is no IP address/],
  ['a name in capitals', 'from=192.0.2.1&to=Web', /^to="Web" is neither the name of a listener nor a port/],
  ['a long name', `from=192.0.2.1&to=${'a'.repeat(70)}`, /is neither the name/],
  ['a protocol that there is not', 'from=192.0.2.1&to=53/SCTP', /is neither the name/],
  ['two clients', 'from=192.0.2.1&from=192.0.2.2&to=web', /^from is given more than once/],
  [
    'another parameter',
    'from=192.0.2.1&to=web&x=1',
    /^unknown parameter "x"; there are from, to, via, sni, alpn/,
  ],
  ['an empty server name', 'from=192.0.2.1&to=web&sni=', /^sni="" is no server name/],
  ['a control character', 'from=192.0.2.1&to=web&sni=a%0ab', /^sni="a\\nb" is no server name/],
  ['a long server name', `from=192.0.2.1&to=web&sni=${'a'.repeat(256)}`, /is no server name/],
  ['an empty protocol', 'from=192.0.2.1&to=web&alpn=', /^alpn="" is no protocol/],
  [
    'too many protocols',
    `from=192.0.2.1&to=web${'&alpn=h2'.repeat(17)}`,
    /^alpn is given more than 16 times/,
  ],
];

for (const [what, query, problem] of WRONG)
  test(`a question with ${what} is refused`, () => {
    const read = readFlow(new URLSearchParams(query));
    assert.ok(typeof read === 'string', JSON.stringify(read));
    assert.match(read, problem);
    assert.ok(read.length < 250, read);
  });

const CLIENTS: readonly (readonly [string, string])[] = [
  ['192.0.2.1', '192.0.2.1'],
  ['192.0.2.1:4711', '192.0.2.1'],
  ['FD00:0::1', 'fd00::1'],
  ['[fd00::1]:4711', 'fd00::1'],
  ['[fd00::1]', 'fd00::1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['[::ffff:192.0.2.1]:80', '192.0.2.1'],
];

for (const [from, address] of CLIENTS)
  test(`the client ${from} has the address ${address}`, () => {
    const read = readFlow(new URLSearchParams({ from, to: 'web' }));
    assert.ok(typeof read !== 'string', `${read}`);
    assert.equal(read.from, address);
  });

test('all of a question is read', () => {
  const query = 'from=10.0.0.1&via=192.0.2.1&to=53%2FUDP&sni=a.example&alpn=h2&alpn=http%2F1.1';
  assert.deepEqual(readFlow(new URLSearchParams(query)), {
    from: '10.0.0.1',
    via: '192.0.2.1',
    to: '53/UDP',
    serverName: 'a.example',
    protocols: ['h2', 'http/1.1'],
  });
});
