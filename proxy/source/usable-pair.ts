import type { KeyPairTexts } from '../certificates/key-pair.ts';
import { type KeyPairs, keyPairs } from '../sys/key-pairs.ts';

let native: KeyPairs | undefined;

/** Whether OpenSSL takes a certificate and its key: it refuses weak ones. */
export const isUsablePair = ({ certificate, key }: KeyPairTexts): boolean => {
  native ??= keyPairs();
  const pair = native.load(certificate, key);
  if (pair !== undefined) native.free(pair);
  return pair !== undefined;
};
