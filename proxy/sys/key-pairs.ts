import koffi from 'koffi';
import { pemReader } from './pem-reader.ts';
import { contextCalls, POINTER, useKeyPair } from './ssl-context.ts';
import type { NativeKeyPair } from './tls.ts';

const symbols = () => {
  const lib = koffi.load(null);
  return {
    ...contextCalls(),
    X509_check_private_key: lib.func('X509_check_private_key', 'int', [POINTER, POINTER]),
    X509_free: lib.func('X509_free', 'void', [POINTER]),
    EVP_PKEY_free: lib.func('EVP_PKEY_free', 'void', [POINTER]),
  };
};

/** Brings certificates and keys into OpenSSL's memory, for contexts of any thread. */
export interface KeyPairs {
  /** Loads a chain, the own certificate first, and its key; undefined if they cannot be used together. */
  load(certificatePem: string, keyPem: string): NativeKeyPair | undefined;
  /** Contexts that use the pair have references of their own. */
  free(pair: NativeKeyPair): void;
}

export const keyPairs = (): KeyPairs => {
  const c = symbols();
  const pem = pemReader();

  /** Whether a context takes the pair: that also checks how strong its keys and signatures are. */
  const isTaken = (pair: NativeKeyPair): boolean => {
    const context = c.SSL_CTX_new(c.TLS_server_method());
    const taken =
      context !== 0 &&
      c.X509_check_private_key(pair.certificate, pair.key) === 1 &&
      useKeyPair(c, context, pair);
    c.SSL_CTX_free(context);
    return taken;
  };

  return {
    load(certificatePem, keyPem) {
      const all = pem.certificates(certificatePem);
      const key = pem.privateKey(keyPem);
      const [certificate = 0, ...chain] = all;
      if (certificate !== 0 && key !== 0 && isTaken({ certificate, chain, key }))
        return { certificate, chain, key };
      for (const one of all) c.X509_free(one);
      c.EVP_PKEY_free(key);
      pem.clearErrors();
      return undefined;
    },
    free({ certificate, chain, key }) {
      for (const one of [certificate, ...chain]) c.X509_free(one);
      c.EVP_PKEY_free(key);
    },
  };
};
