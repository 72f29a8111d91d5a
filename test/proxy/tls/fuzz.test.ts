import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { emptyHello, protocolsOf, serverNameOf } from '../../../proxy/tls/client-hello.ts';
import { compileRoutes, findRoute } from '../../../proxy/tls/host-routes.ts';
import { readHello } from '../../../proxy/tls/read-hello.ts';
import { Random } from '../../crds/random.ts';
import { randomHello, realHellos } from './corpus.ts';
import { readWithOpenssl } from './openssl-reader.ts';

/** `make soak` reads a million. */
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 10_000);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

const found = emptyHello();
const routes = compileRoutes(
  [
    { hostnames: ['*.example.com'], alpn: [], backend: 'wildcard' },
    { hostnames: ['db.example.com', 'a.example'], alpn: [], backend: 'exact' },
    { hostnames: ['*'], alpn: ['h2'], backend: 'h2' },
  ],
  ({ backend }) => backend,
);

/** Protocols as Node gives them: without the top bit of each byte. */
const inAscii = (protocol: string): string => Buffer.from(protocol, 'latin1').toString('ascii');

test('the name and the protocols that are read are those that OpenSSL reads, and so is the route', async (t) => {
  t.diagnostic(`SEED=${SEED} FUZZ_INPUTS=${INPUTS}`);
  const random = new Random(SEED);
  const real = await realHellos();
  const said = new Map<string, number>();
  const count = (what: string): void => void said.set(what, (said.get(what) ?? 0) + 1);
  for (let input = 0; input < INPUTS; input++) {
    const bytes = randomHello(random, real);
    const at = `SEED=${SEED} input ${input}: ${bytes.toString('hex')}`;
    // Bytes come in any segmentation, so what was said of fewer bytes must agree with what is said of all.
    const part = readHello(bytes, random.integer(0, bytes.length), found);
    const reading = readHello(bytes, bytes.length, found);
    if (part !== 'NeedMore') assert.equal(part, reading, at);
    count(reading);
    const theirs = await readWithOpenssl(bytes);
    // What OpenSSL has of a connection is freed in a turn of the event loop: a million of them take 9 GB.
    if (input % 64 === 0) await nextTurn();
    if (theirs === undefined) continue;
    if (reading === 'Sslv2') continue; // OpenSSL still takes these
    assert.equal(reading, 'Hello', at);
    const name = serverNameOf(found) || undefined;
    const protocols = protocolsOf(found);
    count(name === undefined ? 'nameless with OpenSSL' : 'named with OpenSSL');
    assert.equal(name, theirs.name, at);
    if (theirs.protocols !== undefined) assert.deepEqual(protocols.map(inAscii), theirs.protocols, at);
    const offered = theirs.protocols ?? protocols.map(inAscii);
    assert.equal(
      findRoute(routes, name, protocols.map(inAscii)),
      findRoute(routes, theirs.name, offered),
      at,
    );
  }
  t.diagnostic(JSON.stringify(Object.fromEntries(said)));
  for (const what of ['Hello', 'Malformed', 'NeedMore', 'OtherMessage', 'named with OpenSSL'])
    assert.ok((said.get(what) ?? 0) > INPUTS / 200, what);
});
