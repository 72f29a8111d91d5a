import koffi from 'koffi';
import type { NativeKeyPair } from './tls.ts';

/** The type of addresses in OpenSSL's memory: numbers. */
export const POINTER = 'uintptr_t';

const SSL_CTRL_CHAIN_CERT = 89;

/** The calls that make, fill and free a context. */
export const contextCalls = () => {
  const lib = koffi.load(null);
  return {
    TLS_server_method: lib.func('TLS_server_method', POINTER, []),
    SSL_CTX_new: lib.func('SSL_CTX_new', POINTER, [POINTER]),
    SSL_CTX_free: lib.func('SSL_CTX_free', 'void', [POINTER]),
    SSL_CTX_ctrl: lib.func('SSL_CTX_ctrl', 'long', [POINTER, 'int', 'long', POINTER]),
    SSL_CTX_use_certificate: lib.func('SSL_CTX_use_certificate', 'int', [POINTER, POINTER]),
    SSL_CTX_use_PrivateKey: lib.func('SSL_CTX_use_PrivateKey', 'int', [POINTER, POINTER]),
  };
};

/** Gives a context a pair, of which it takes references of its own; false if it refuses the pair. */
export const useKeyPair = (
  c: ReturnType<typeof contextCalls>,
  context: number,
  { certificate, chain, key }: NativeKeyPair,
): boolean =>
  c.SSL_CTX_use_certificate(context, certificate) === 1 &&
  c.SSL_CTX_use_PrivateKey(context, key) === 1 &&
  // 1 lets the context take references.
  chain.every((issuer) => c.SSL_CTX_ctrl(context, SSL_CTRL_CHAIN_CERT, 1, issuer) === 1);
