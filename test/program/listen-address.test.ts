import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatListenAddress, parseListenAddress } from '../../program/listen-address.ts';

test('a listen address is a port, or an IP address and a port', () => {
  const table: Record<string, object | undefined> = {
    ':9901': { port: 9901 },
    ':0': { port: 0 },
    '127.0.0.1:9901': { host: '127.0.0.1', port: 9901 },
    '[::1]:80': { host: '::1', port: 80 },
    '9901': undefined,
    ':65536': undefined,
    ':': undefined,
    '::1:9901': undefined,
    '[127.0.0.1]:1': undefined,
    'localhost:9901': undefined,
    '10.0.0.300:1': undefined,
    '[::g]:1': undefined,
    '': undefined,
  };
  for (const [text, address] of Object.entries(table))
    assert.deepEqual(parseListenAddress(text), address, text);
});

test('a listen address is formatted in the notation that is parsed', () => {
  for (const text of [':9901', '127.0.0.1:9901', '[::1]:80']) {
    const address = parseListenAddress(text);
    assert.ok(address);
    assert.equal(formatListenAddress(address), text);
  }
});
