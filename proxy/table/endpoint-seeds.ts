import { finish, mixWord } from './pickers/murmur3.ts';
import { endpointKey } from './table.ts';

const hashOf = (text: string, seed: number): number => {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = mixWord(hash, text.charCodeAt(i));
  return finish(hash ^ text.length);
};

/**
 * Two consecutive 32-bit numbers for each endpoint. They depend only on its address and port, so every
 * replica computes the same ones. There are two because with only one, two endpoints of a backend could have
 * the same number, and so the same clients, which is likely among thousands of backends.
 */
export const endpointSeeds = (
  endpoints: readonly { readonly address: string; readonly port: number }[],
): Uint32Array =>
  Uint32Array.from(
    endpoints.flatMap((endpoint) => {
      const key = endpointKey(endpoint);
      return [hashOf(key, 0), hashOf(key, 0x9747b28c)];
    }),
  );
