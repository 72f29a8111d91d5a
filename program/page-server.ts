import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { lateHttp } from './late-modules.ts';
import type { ListenAddress } from './listen-address.ts';
import { limitClients, PAGE_LIMITS, type PageLimits, WITHOUT_LIMITS } from './page-limits.ts';

/** A page: a status, a content type and a text, or its bytes. */
export interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string | Uint8Array;
  /** Further headers, in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that goes on: events that `begin` writes until the client leaves. */
export interface EventStream {
  readonly begin: (response: ServerResponse) => void;
}

export type Answer = Page | EventStream;

/** Pages by path. */
export type Pages = Readonly<
  Record<string, (query: URLSearchParams, headers: IncomingHttpHeaders) => Answer | Promise<Answer>>
>;

export interface PageServer {
  /** The port that it listens on, even if port 0 was requested. */
  readonly port: number;
  close(): Promise<void>;
}

export interface PageServerOptions {
  readonly address: ListenAddress;
  readonly pages: Pages;
  /** Called with the errors that pages throw, and with those of accepting clients. */
  readonly onError: (error: unknown, path: string) => void;
  readonly limits?: PageLimits;
}

/** A server cannot listen on an address. */
export class ListenRefused extends Error {
  /** Whether another program listens there. */
  readonly isTaken: boolean;

  /** The cause becomes the message, in words that fit behind "Cannot listen on …: ". */
  constructor(cause: NodeJS.ErrnoException) {
    super(WHY[cause.code ?? ''] ?? cause.message, { cause });
    this.isTaken = cause.code === 'EADDRINUSE';
  }
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EACCES: 'this user may not listen on such a low port',
  EADDRNOTAVAIL: 'this machine has no such address',
};

export const textPage = (status: number, text: string): Page => ({
  status,
  type: 'text/plain; charset=utf-8',
  text: `${text}\n`,
});

export const jsonPage = (value: unknown): Page => ({
  status: 200,
  type: 'application/json',
  text: `${JSON.stringify(value, null, 2)}\n`,
});

/** Serves pages by path, to clients that are not too slow. Throws ListenRefused if it cannot listen. */
export const startPageServer = async (options: PageServerOptions): Promise<PageServer> => {
  const { limits = PAGE_LIMITS } = options;
  const server = lateHttp().createServer(WITHOUT_LIMITS, (request, response) => {
    void answer(request, options).then((answered) => {
      respond(response, answered, request.method === 'HEAD');
      request.resume();
    });
  });
  limitClients(server, limits);
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

// An idle connection would hold a descriptor, of which a full proxy has few. And a request that a client
// sends on it while the server gives it up is reset.
const CLOSE = { connection: 'close' };

const respond = (response: ServerResponse, answered: Answer, isHead: boolean): void => {
  if ('begin' in answered) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', ...CLOSE });
    if (isHead) response.end();
    else answered.begin(response);
    return;
  }
  const { status, type, text, headers } = answered;
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    ...CLOSE,
    ...headers,
  });
  response.end(isHead ? undefined : text);
};

const listen = (server: Server, { address, pages, onError }: PageServerOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new ListenRefused(error)));
    const host = address.host === undefined ? {} : { host: address.host };
    server.listen({ port: address.port, ...host }, () => {
      server.removeAllListeners('error');
      // A failing accept (no descriptors left) must not end the program.
      server.on('error', (error) => onError(error, Object.keys(pages).join(' ')));
      resolve();
    });
  });

const answer = async (request: IncomingMessage, { pages, onError }: PageServerOptions): Promise<Answer> => {
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (page === undefined)
    return textPage(404, `No such page; available pages: ${Object.keys(pages).join(' ')}`);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { ...textPage(405, 'Only GET and HEAD are supported.'), headers: { allow: 'GET, HEAD' } };
  try {
    return await page(new URLSearchParams(query), request.headers);
  } catch (error) {
    onError(error, path);
    return textPage(500, 'The page could not be generated; see the log.');
  }
};
