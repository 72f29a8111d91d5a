import { type ListenAddress, parseListenAddress } from '../../program/listen-address.ts';

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1)$/;

/**
 * Parses a loopback address with a port, or `off`. Whoever reaches the page there needs no token, so that no
 * other address will do.
 */
export const parsePageAddress = (text: string): ListenAddress | 'off' | undefined => {
  if (text.trim() === 'off') return 'off';
  const address = parseListenAddress(text);
  return LOOPBACK.test(address?.host ?? '') ? address : undefined;
};
