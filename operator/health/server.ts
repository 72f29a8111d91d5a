import { formatListenAddress } from '../../program/listen-address.ts';
import {
  ListenRefused,
  type PageServer,
  type PageServerOptions,
  startPageServer,
} from '../../program/page-server.ts';
import { OperatorError } from '../errors/operator-error.ts';

export interface ServerOptions extends PageServerOptions {
  /** The flag that sets the address, for the message if it cannot be used. */
  readonly flag: string;
}

/** Serves pages. Throws OperatorError AddressTaken or AddressRefused if it cannot listen. */
export const startServer = (options: ServerOptions): Promise<PageServer> =>
  startPageServer(options).catch((error: unknown) => {
    throw error instanceof ListenRefused ? refusal(options, error) : error;
  });

const refusal = ({ address, flag }: ServerOptions, error: ListenRefused): OperatorError => {
  const advice = `${error.isTaken ? 'Stop it, or choose' : 'Choose'} another address with ${flag}.`;
  return new OperatorError(
    error.isTaken ? 'AddressTaken' : 'AddressRefused',
    `Cannot listen on ${formatListenAddress(address)}: ${error.message}. ${advice}`,
    error.cause,
  );
};
