import { type ListenAddress, parseListenAddress } from '../../program/listen-address.ts';

/** Where the admin endpoint listens by default. */
const DEFAULT_ADMIN: ListenAddress = { port: 9901 };

export interface AdminAddress {
  readonly address: ListenAddress;
  /** What is wrong with the given address, if anything. */
  readonly problem?: string;
}

/**
 * Reads the address of the admin endpoint from the flag or, without one, from the variable. An empty variable
 * counts as not set.
 */
export const readAdminAddress = (flag: string | undefined, variable: string | undefined): AdminAddress => {
  const given =
    flag === undefined ? { name: 'L4B_ADMIN', text: variable?.trim() } : { name: '--admin', text: flag };
  if (given.text === undefined || given.text === '') return { address: DEFAULT_ADMIN };
  const address = parseListenAddress(given.text);
  if (address !== undefined) return { address };
  const expected = 'an address and port such as :9901, 127.0.0.1:9901 or [::1]:9901';
  return {
    address: DEFAULT_ADMIN,
    problem: `${given.name}: expected ${expected}, found ${JSON.stringify(given.text)}`,
  };
};
