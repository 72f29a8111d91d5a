import { isIP, isIPv6 } from 'node:net';
import { text } from '@optique/core/message';
import type { ValueParser } from '@optique/core/valueparser';

/** Whether a text is an address, or one with a port: an IPv6 address is then in brackets. */
const isClient = (input: string): boolean => {
  if (isIP(input) !== 0) return true;
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*)):([0-9]{1,5})$/.exec(input) ?? [];
  const isPort = Number(port) >= 1 && Number(port) <= 65_535;
  return isPort && (bracketed === undefined ? isIP(plain ?? '') === 4 : isIPv6(bracketed));
};

/** The address of a client: `192.0.2.1`, or with its port. */
export const clientAddress: ValueParser<'sync', string> = {
  mode: 'sync',
  metavar: 'IP[:PORT]',
  placeholder: '',
  format: (address) => address,
  parse(input) {
    return isClient(input)
      ? { success: true, value: input }
      : {
          success: false,
          error: [text(`"${input}" is no address, such as 192.0.2.1, 192.0.2.1:4711 or [fd00::1]:4711`)],
        };
  },
};
