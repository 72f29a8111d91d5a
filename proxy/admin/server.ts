import { formatListenAddress } from '../../program/listen-address.ts';
import {
  ListenRefused,
  type PageServer,
  type PageServerOptions,
  startPageServer,
} from '../../program/page-server.ts';
import { ProxyError } from '../errors/proxy-error.ts';

/** Serves the admin pages. Throws ProxyError AdminAddressTaken or AdminAddressRefused if it cannot listen. */
export const startAdmin = (options: PageServerOptions): Promise<PageServer> =>
  startPageServer(options).catch((error: unknown) => {
    throw error instanceof ListenRefused ? refusal(options, error) : error;
  });

const refusal = ({ address }: PageServerOptions, error: ListenRefused): ProxyError => {
  const advice = `${error.isTaken ? 'Stop it, or choose' : 'Choose'} another address with --admin or L4B_ADMIN.`;
  return new ProxyError(
    error.isTaken ? 'AdminAddressTaken' : 'AdminAddressRefused',
    `Cannot listen on admin address ${formatListenAddress(address)}: ${error.message}. ${advice}`,
    { cause: error.cause },
  );
};
