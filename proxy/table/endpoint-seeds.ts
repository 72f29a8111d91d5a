import { finish, mixWord } from './pickers/murmur3.ts';
import { endpointKey } from './table.ts';

const hashOf = (text: string, seed: number): number => {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = mixWord(hash, text.charCodeAt(i));
  return finish(hash ^ text.length);
};

/**
 * Two numbers of 32 bits for each endpoint, one after the other, that depend on its address and port alone: so every replica has
 * the same ones. Two, because among thousands of backends two endpoints of one would have the same single one, and so the same clients.
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
