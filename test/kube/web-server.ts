import { once } from 'node:events';
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Identity } from '../../cluster/access/certificates.ts';

export interface WebServer {
  readonly port: number;
  readonly requests: readonly IncomingMessage[];
  stop(): Promise<void>;
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A web server for answers that an API server does not give on demand; with TLS if there is an identity. */
export async function startWebServer(
  answer: Answer,
  host = '127.0.0.1',
  identity?: Identity,
): Promise<WebServer> {
  const requests: IncomingMessage[] = [];
  const onRequest: Answer = (request, response) => {
    requests.push(request);
    answer(request, response);
  };
  const server =
    identity === undefined
      ? createPlain(onRequest)
      : createTls({ cert: identity.certificate, key: identity.key }, onRequest);
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
