import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorCode } from '../../kube/errors.ts';
import { lateHttp } from '../../program/late-modules.ts';
import { formatListenAddress, type ListenAddress } from '../../program/listen-address.ts';
import { limitAnswers, PAGE_LIMITS, type PageLimits, requestLimits } from '../../program/page-limits.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { Page, Pages } from './pages.ts';

export interface PageServer {
  /** The port it listens on, even if 0 was requested. */
  readonly port: number;
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly address: ListenAddress;
  /** The flag that sets the address, for the message if it cannot be used. */
  readonly flag: string;
  readonly pages: Pages;
  /** Called for pages that throw. */
  readonly onError: (error: unknown, path: string) => void;
  readonly limits?: PageLimits;
}

/** Serves pages by path. Throws OperatorError AddressTaken or AddressRefused when it cannot listen. */
export const startServer = async (options: ServerOptions): Promise<PageServer> => {
  const { address, pages, limits = PAGE_LIMITS } = options;
  const server = lateHttp().createServer(requestLimits(limits), (request, response) => {
    void answer(request, options).then(({ status, type, text }) => {
      response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
      response.end(request.method === 'HEAD' ? undefined : text);
      request.resume();
    });
  });
  limitAnswers(server, limits);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(refusal(options, error)));
    const host = address.host === undefined ? {} : { host: address.host };
    server.listen({ port: address.port, ...host }, () => {
      server.removeAllListeners('error');
      // A failing accept (no descriptors left) must not end the program.
      server.on('error', (error) => options.onError(error, Object.keys(pages).join(' ')));
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const plain = (status: number, text: string): Page => ({
  status,
  type: 'text/plain; charset=utf-8',
  text: `${text}\n`,
});

const answer = async (request: IncomingMessage, { pages, onError }: ServerOptions): Promise<Page> => {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (page === undefined)
    return plain(404, `Page not found. Available pages: ${Object.keys(pages).join(' ')}`);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return plain(405, 'Only GET and HEAD are supported.');
  try {
    return await page();
  } catch (error) {
    onError(error, path);
    return plain(500, 'The page could not be created; see the log.');
  }
};

const refusal = ({ address, flag }: ServerOptions, error: Error): OperatorError => {
  const where = formatListenAddress(address);
  const code = errorCode(error);
  if (code === 'EADDRINUSE')
    return new OperatorError(
      'AddressTaken',
      `Cannot listen on ${where}: another program already listens there. Stop it, or choose another address with ${flag}.`,
      error,
    );
  const why =
    code === 'EACCES'
      ? 'this user may not listen on such a low port'
      : code === 'EADDRNOTAVAIL'
        ? 'this machine has no such address'
        : error.message;
  return new OperatorError(
    'AddressRefused',
    `Cannot listen on ${where}: ${why}. Choose another address with ${flag}.`,
    error,
  );
};
