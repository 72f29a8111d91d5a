import koffi from 'koffi';
import { type PinnedMemory, pinnedMemory } from './memory.ts';
import { contextCalls, POINTER, useKeyPair } from './ssl-context.ts';
import type { NativeKeyPair } from './tls.ts';

const symbols = () => {
  const lib = koffi.load(null);
  return {
    ...contextCalls(),
    BIO_new_mem_buf: lib.func('BIO_new_mem_buf', POINTER, [POINTER, 'int']),
    BIO_free: lib.func('BIO_free', 'int', [POINTER]),
    PEM_read_bio_X509: lib.func('PEM_read_bio_X509', POINTER, [POINTER, POINTER, POINTER, POINTER]),
    PEM_read_bio_PrivateKey: lib.func('PEM_read_bio_PrivateKey', POINTER, [
      POINTER,
      POINTER,
      POINTER,
      POINTER,
    ]),
    X509_check_private_key: lib.func('X509_check_private_key', 'int', [POINTER, POINTER]),
    X509_free: lib.func('X509_free', 'void', [POINTER]),
    EVP_PKEY_free: lib.func('EVP_PKEY_free', 'void', [POINTER]),
    ERR_clear_error: lib.func('ERR_clear_error', 'void', []),
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
  // OpenSSL would ask for a password at the terminal if it were given none.
  const noPassword = pinnedMemory(1);

  /** Calls `read` with a text as OpenSSL reads it. Nothing is left of the text afterwards. */
  const withText = <T>(text: string, read: (bio: number) => T): T | undefined => {
    const memory: PinnedMemory = pinnedMemory(Math.max(1, Buffer.byteLength(text)));
    Buffer.from(memory.bytes.buffer).write(text);
    const bio = c.BIO_new_mem_buf(memory.address, memory.bytes.length);
    try {
      return bio === 0 ? undefined : read(bio);
    } finally {
      if (bio !== 0) c.BIO_free(bio);
      memory.bytes.fill(0);
      // Behind the last certificate there is none, which is an error to OpenSSL.
      c.ERR_clear_error();
    }
  };

  const readChain = (bio: number): readonly number[] => {
    const chain: number[] = [];
    for (;;) {
      const next = c.PEM_read_bio_X509(bio, 0, 0, noPassword.address);
      if (next === 0) return chain;
      chain.push(next);
    }
  };

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
      const all = withText(certificatePem, readChain) ?? [];
      const key = withText(keyPem, (bio) => c.PEM_read_bio_PrivateKey(bio, 0, 0, noPassword.address)) ?? 0;
      const [certificate = 0, ...chain] = all;
      if (certificate !== 0 && key !== 0 && isTaken({ certificate, chain, key }))
        return { certificate, chain, key };
      for (const one of all) c.X509_free(one);
      c.EVP_PKEY_free(key);
      c.ERR_clear_error();
      return undefined;
    },
    free({ certificate, chain, key }) {
      for (const one of [certificate, ...chain]) c.X509_free(one);
      c.EVP_PKEY_free(key);
    },
  };
};
