import { isIP } from 'node:net';
import { text } from '@optique/core/message';
import type { ValueParser } from '@optique/core/valueparser';

const isRange = (input: string): boolean => {
  const [address = '', bits, ...more] = input.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^[0-9]{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
};

/** An address or a CIDR range. */
export const sourceRange: ValueParser<'sync', string> = {
  mode: 'sync',
  metavar: 'ADDRESS',
  placeholder: '',
  format: (range) => range,
  parse(input) {
    return isRange(input)
      ? { success: true, value: input }
      : { success: false, error: [text(`"${input}" is neither an address nor a CIDR range`)] };
  },
};
