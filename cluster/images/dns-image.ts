import { goImage } from './go-image.ts';

/** The image of a DNS server for end-to-end tests (see dns/main.go): its reference, and its archive. */
export const dnsImage = async (
  signal?: AbortSignal,
): Promise<{ readonly reference: string; readonly tar: string }> => {
  const reference = 'localhost/l4b-dns:test';
  return { reference, tar: await goImage('dns', reference, signal) };
};
