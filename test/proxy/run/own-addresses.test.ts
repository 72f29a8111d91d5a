import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { ownAddresses } from '../../../proxy/run/own-addresses.ts';

const at = (address: string) => [
  { address } as NonNullable<ReturnType<typeof networkInterfaces>[string]>[number],
];

test('own addresses are those of every interface and all of loopback, in any spelling', () => {
  const isOwn = ownAddresses({
    lo: at('127.0.0.1'),
    lo6: at('::1'),
    eth0: at('192.0.2.1'),
    eth1: at('2001:db8::1'),
  });
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '0:0:0:0:0:0:0:1', '192.0.2.1', '2001:DB8:0::1'])
    assert.ok(isOwn(address), address);
  for (const address of ['192.0.2.2', '2001:db8::2', '128.0.0.1', '::2']) assert.ok(!isOwn(address), address);
});

test('the addresses of this machine are recognised as its own', () => {
  for (const { address } of Object.values(networkInterfaces()).flatMap((all) => all ?? []))
    assert.ok(ownAddresses()(address), address);
});
