import koffi from 'koffi';
import type { ClientVerification, NativeKeyPair } from './tls.ts';

/** The type of addresses in OpenSSL's memory: numbers. */
export const POINTER = 'uintptr_t';

const SSL_CTRL_CHAIN_CERT = 89;
const SSL_CTRL_SET_VERIFY_CERT_STORE = 106;
const SSL_VERIFY_PEER = 1;
const SSL_VERIFY_FAIL_IF_NO_PEER_CERT = 2;
/** Authorities that clients are told: more would make the message long, and none means any. */
const MOST_TOLD = 64;

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
    SSL_CTX_set_verify: lib.func('SSL_CTX_set_verify', 'void', [POINTER, 'int', POINTER]),
    SSL_CTX_set_verify_depth: lib.func('SSL_CTX_set_verify_depth', 'void', [POINTER, 'int']),
    SSL_CTX_add_client_CA: lib.func('SSL_CTX_add_client_CA', 'int', [POINTER, POINTER]),
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

/** Has clients asked for certificates; false if there is no memory. */
export const verifyClients = (
  c: ReturnType<typeof contextCalls>,
  context: number,
  { trust: { store, authorities }, isRequired, depth }: ClientVerification,
): boolean => {
  c.SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (isRequired ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), 0);
  c.SSL_CTX_set_verify_depth(context, depth);
  const told = authorities.length > MOST_TOLD ? [] : authorities;
  return (
    c.SSL_CTX_ctrl(context, SSL_CTRL_SET_VERIFY_CERT_STORE, 1, store) === 1 &&
    told.every((one) => c.SSL_CTX_add_client_CA(context, one) === 1)
  );
};
