import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { createAuthority } from '../../../cluster/access/certificates.ts';

const authority = createAuthority('throwaway');

/** A TLS server that answers each request of HTTP/1.1 with who it is, and what it was asked for. */
export interface NamedServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Who answered, and what the client had asked for in its hello. */
export interface NamedAnswer {
  readonly server: string;
  /** False without SNI. */
  readonly name: string | false;
  /** False if no protocol was agreed on. */
  readonly protocol: string | false;
  readonly version: string | null;
}

const answer = (socket: TLSSocket, server: string): void => {
  const { servername: name, alpnProtocol: protocol } = socket;
  const body = JSON.stringify({ server, name, protocol, version: socket.getProtocol() });
  socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
};

/** Starts a server with a certificate for all names of the tests. */
export const startNamedServer = async (server: string): Promise<NamedServer> => {
  const { certificate, key } = authority.issue({
    commonName: server,
    altNames: ['db.example.com', '*.example.com', 'other.example'],
  });
  const sockets = new Set<TLSSocket>();
  const tls = createServer(
    { cert: certificate, key, ALPNProtocols: ['h2', 'postgresql', 'http/1.1'], minVersion: 'TLSv1.2' },
    (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
      socket.once('data', () => answer(socket, server));
    },
  );
  tls.on('tlsClientError', () => undefined);
  tls.listen(0, '127.0.0.1');
  await once(tls, 'listening');
  tls.unref();
  return {
    port: (tls.address() as AddressInfo).port,
    async close() {
      const closed = once(tls, 'close');
      tls.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

/** The certificate with which all of them can be verified. */
export const AUTHORITY: string = authority.certificate;

/** The answer in a response. */
export const answerIn = (response: string): NamedAnswer =>
  JSON.parse(response.slice(response.indexOf('\r\n\r\n') + 4)) as NamedAnswer;
