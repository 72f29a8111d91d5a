import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { lateHttp } from '../../program/late-modules.ts';
import { formatListenAddress, type ListenAddress } from '../../program/listen-address.ts';
import { limitAnswers, PAGE_LIMITS, type PageLimits, requestLimits } from '../../program/page-limits.ts';
import { ProxyError, systemCode } from '../errors/proxy-error.ts';

/** A page: a status, a content type and a text. */
export interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

export type Pages = Readonly<Record<string, (query: URLSearchParams) => Page | Promise<Page>>>;

export interface AdminServer {
  /** The port that it listens on, even if port 0 was requested. */
  readonly port: number;
  close(): Promise<void>;
}

const text = (status: number, content: string): Page => ({
  status,
  type: 'text/plain; charset=utf-8',
  text: `${content}\n`,
});

/** The page of a probe: 200 ok, or 503 with the reason. */
export const probe = (problem: string | undefined): Page =>
  problem === undefined ? text(200, 'ok') : text(503, problem);

export const json = (value: unknown): Page => ({
  status: 200,
  type: 'application/json',
  text: `${JSON.stringify(value, null, 2)}\n`,
});

/**
 * Serves `pages` by path. Throws ProxyError AdminAddressTaken or AdminAddressRefused if it cannot listen.
 * `onError` is called with the errors that pages throw.
 */
export const startAdmin = async (
  address: ListenAddress,
  pages: Pages,
  onError: (error: unknown, path: string) => void,
  limits: PageLimits = PAGE_LIMITS,
): Promise<AdminServer> => {
  const answer = async (request: IncomingMessage): Promise<Page & { allow?: string }> => {
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page === undefined) return text(404, `No such page: there are ${Object.keys(pages).join(' ')}`);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return { ...text(405, 'Only GET and HEAD are supported.'), allow: 'GET, HEAD' };
    try {
      return await page(new URLSearchParams(query));
    } catch (error) {
      onError(error, path);
      return text(500, 'The page could not be generated; see the log.');
    }
  };
  const server = lateHttp().createServer(requestLimits(limits), (request, response) => {
    void answer(request).then((page) => {
      response.writeHead(page.status, {
        'content-type': page.type,
        'content-length': Buffer.byteLength(page.text),
        ...(page.allow === undefined ? {} : { allow: page.allow }),
      });
      response.end(request.method === 'HEAD' ? undefined : page.text);
      request.resume();
    });
  });
  limitAnswers(server, limits);
  await listen(server, address);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const listen = (server: Server, address: ListenAddress): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => reject(refusal(address, error)));
    server.listen(
      { port: address.port, ...(address.host === undefined ? {} : { host: address.host }) },
      () => {
        server.removeAllListeners('error');
        resolve();
      },
    );
  });

const refusal = (address: ListenAddress, error: Error): ProxyError => {
  const where = formatListenAddress(address);
  const code = systemCode(error);
  if (code === 'EADDRINUSE')
    return new ProxyError(
      'AdminAddressTaken',
      `Cannot listen on admin address ${where}: another program listens there. Stop it, or choose another address with --admin or L4B_ADMIN.`,
      { cause: error },
    );
  const why =
    code === 'EACCES'
      ? 'this user may not listen on ports that low'
      : code === 'EADDRNOTAVAIL'
        ? 'this machine has no such address'
        : error.message;
  return new ProxyError(
    'AdminAddressRefused',
    `Cannot listen on admin address ${where}: ${why}. Choose another address with --admin or L4B_ADMIN.`,
    { cause: error },
  );
};
