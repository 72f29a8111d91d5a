import { addressKind } from './ip-address.ts';

/** Whether Kubernetes accepts the text as a CIDR range of IPv4 or IPv6 addresses, such as `10.0.0.0/8`. */
export const isCidr = (text: string): boolean => {
  const [address = '', bits = '', ...more] = text.split('/');
  return (
    more.length === 0 &&
    addressKind(address) !== 'none' &&
    /^(0|[1-9][0-9]{0,2})$/.test(bits) &&
    Number(bits) <= (address.includes(':') ? 128 : 32)
  );
};
