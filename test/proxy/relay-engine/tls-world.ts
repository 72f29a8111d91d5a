import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { duplexPair } from 'node:stream';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { Identity } from '../../../cluster/access/certificates.ts';
import type { KeyPair } from '../../../proxy/certificates/key-pair.ts';
import { readKeyPair } from '../../../proxy/certificates/read-key-pair.ts';
import type { ListenerConfiguration } from '../../../proxy/configuration/configuration.ts';
import type { TlsPolicy } from '../../../proxy/configuration/listener-policy.ts';
import type { TerminationPolicy } from '../../../proxy/configuration/termination.ts';
import { type ListenerChange, tableListener } from '../tables.ts';

export const pairOf = (texts: Identity): KeyPair => {
  const read = readKeyPair(texts);
  if (!read.ok) throw new Error(read.problem);
  return read.pair;
};

export const terminationFor = (change: Partial<TerminationPolicy> = {}): TerminationPolicy => ({
  minVersion: 'TLS1.2',
  cipherProfile: 'Intermediate',
  alpn: [],
  strictSni: false,
  sessionContext: 'l',
  ...change,
});

/** A listener that ends TLS with these certificates, the best first. */
export const tlsListener = (
  port: number,
  certificates: readonly Identity[],
  termination: Partial<TerminationPolicy> = {},
  tls: Partial<TlsPolicy> = {},
  change: ListenerChange = {},
): ListenerConfiguration => ({
  ...tableListener(port, {
    ...change,
    tls: { routes: [], timeoutMs: 10_000, ...tls, termination: terminationFor(termination) },
  }),
  certificates: certificates.map(pairOf),
});

/** A client of TLS that trusts anybody; once its handshake is complete. Fails if that does. */
export const tlsClient = async (port: number, options: ConnectionOptions = {}): Promise<TLSSocket> => {
  const client = connect({
    port,
    host: '127.0.0.1',
    servername: 'a.test',
    rejectUnauthorized: false,
    allowHalfOpen: true,
    ...options,
  } as ConnectionOptions);
  await once(client, 'secureConnect');
  return client;
};

/** Resolves when a socket is closed, whatever for. */
export const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.on('close', () => resolve());
  });

/** A client of TLS, and the socket that its bytes go through, to which a test can write as well. */
export interface Wiretap {
  readonly client: TLSSocket;
  readonly raw: Socket;
}

/** Only the first `passes` writes of the client are passed on. */
export const wiretap = (port: number, { passes = Number.POSITIVE_INFINITY } = {}): Wiretap => {
  const [inner, outer] = duplexPair();
  const raw = connectTcp(port, '127.0.0.1');
  raw.on('error', () => undefined);
  let writes = 0;
  outer.on('data', (data) => {
    if (writes++ < passes) raw.write(data);
  });
  raw.pipe(outer);
  const client = connect({ socket: inner, servername: 'a.test', rejectUnauthorized: false });
  client.on('error', () => undefined);
  return { client, raw };
};

/** The same once its handshake is complete. */
export const wiretapped = async (port: number): Promise<Wiretap> => {
  const tap = wiretap(port);
  await once(tap.client, 'secureConnect');
  return tap;
};

/** All that comes until the end of the stream. */
export const readAll = async (client: TLSSocket): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of client) parts.push(part as Buffer);
  return Buffer.concat(parts);
};
