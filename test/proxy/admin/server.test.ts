import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { startAdmin } from '../../../proxy/admin/server.ts';
import { ProxyError } from '../../../proxy/errors/proxy-error.ts';

const refused = (address: { host?: string; port: number }, code: string, text: RegExp) =>
  assert.rejects(
    startAdmin({ address, pages: {}, onError: () => {} }),
    (error) => error instanceof ProxyError && error.code === code && text.test(error.message),
  );

test('an address that is in use is reported with what to do', async () => {
  const other = net.createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await refused(
    { host: '127.0.0.1', port },
    'AdminAddressTaken',
    /another program listens there.*--admin or L4B_ADMIN/,
  );
  other.close();
});

test('an address that this machine does not have is reported with what to do', () =>
  refused(
    { host: '192.0.2.1', port: 0 },
    'AdminAddressRefused',
    /this machine has no such address.*L4B_ADMIN/,
  ));
