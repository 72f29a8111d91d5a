import { isIP } from 'node:net';

/** Address that a server listens on; without a host on all addresses, IPv4 and IPv6. */
export interface ListenAddress {
  readonly host?: string;
  readonly port: number;
}

/**
 * Parses `:8081`, `127.0.0.1:8081` or `[::1]:8081`; undefined for anything else. Port 0 means any free port.
 */
export const parseListenAddress = (text: string): ListenAddress | undefined => {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]*)):([0-9]{1,5})$/.exec(text.trim());
  if (parts === null) return undefined;
  const [, six, four = '', digits] = parts;
  const port = Number(digits);
  if (port > 65535) return undefined;
  if (six !== undefined) return isIP(six) === 6 ? { host: six, port } : undefined;
  if (four === '') return { port };
  return isIP(four) === 4 ? { host: four, port } : undefined;
};

/** The address in the notation of the flags. */
export const formatListenAddress = ({ host = '', port }: ListenAddress): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
