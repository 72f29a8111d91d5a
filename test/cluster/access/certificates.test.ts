import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { createAuthority } from '../../../cluster/access/certificates.ts';

test('a certificate carries its names, its groups and the signature of its authority', () => {
  const authority = createAuthority('an authority');
  const altNames = ['kubernetes.default', '10.96.0.1', 'fd00::1:2', '::1'];
  const identity = authority.issue({ commonName: 'jane', organizations: ['readers', 'writers'], altNames });
  const certificate = new X509Certificate(identity.certificate);
  const issuer = new X509Certificate(authority.certificate);
  assert.equal(certificate.subject, 'O=readers\nO=writers\nCN=jane');
  assert.ok(certificate.verify(issuer.publicKey));
  assert.ok(certificate.checkIssued(issuer));
  assert.ok(issuer.ca);
  assert.ok(!certificate.ca);
  for (const name of altNames) {
    assert.ok(/^[\d.:]|^fd/.test(name) ? certificate.checkIP(name) : certificate.checkHost(name), name);
  }
});

test('both ends of a TLS connection trust each other through their common authority', async () => {
  const authority = createAuthority('an authority');
  const server = authority.issue({ commonName: 'server', altNames: ['127.0.0.1'] });
  const client = authority.issue({ commonName: 'client' });
  const ca = authority.certificate;
  const listener = createServer({ cert: server.certificate, key: server.key, ca, requestCert: true });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const accepted: Promise<[TLSSocket]> = once(listener, 'secureConnection') as Promise<[TLSSocket]>;
  const socket = connect({ host: '127.0.0.1', port, ca, cert: client.certificate, key: client.key });
  await once(socket, 'secureConnect');
  const [peer] = await accepted;
  assert.equal(peer.getPeerCertificate().subject.CN, 'client');
  assert.ok(peer.authorized);
  socket.destroy();
  peer.destroy();
  listener.close();
});

test('a certificate is not trusted by another authority of the same name', () => {
  const identity = createAuthority('twin').issue({ commonName: 'jane' });
  const other = new X509Certificate(createAuthority('twin').certificate);
  assert.ok(!new X509Certificate(identity.certificate).verify(other.publicKey));
});
