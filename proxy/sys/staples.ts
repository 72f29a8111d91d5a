import koffi from 'koffi';
import { pinnedMemory } from './memory.ts';
import { POINTER } from './ssl-context.ts';
import type { NativeStaple } from './tls.ts';

/** int cb(SSL *, void *) */
const ON_STATUS = koffi.proto('OnStatus', 'int', [POINTER, POINTER]);

const SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB = 63;
const SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP = 71;
const SSL_TLSEXT_ERR_OK = 0;
const SSL_TLSEXT_ERR_NOACK = 3;

const symbols = () => {
  const lib = koffi.load(null);
  return {
    SSL_CTX_callback_ctrl: lib.func('SSL_CTX_callback_ctrl', 'long', [
      POINTER,
      'int',
      koffi.pointer(ON_STATUS),
    ]),
    SSL_get_certificate: lib.func('SSL_get_certificate', POINTER, [POINTER]),
    SSL_ctrl: lib.func('SSL_ctrl', 'long', [POINTER, 'int', 'long', POINTER]),
    CRYPTO_malloc: lib.func('CRYPTO_malloc', POINTER, ['size_t', POINTER, 'int']),
    memcpy: lib.func('memcpy', POINTER, [POINTER, POINTER, 'size_t']),
  };
};

/** OCSP responses by certificate, as OpenSSL asks for them when a client wants one. */
export class Staples {
  #c = symbols();
  #callback: bigint | undefined;
  #byCertificate = new Map<number, { readonly address: number; readonly length: number }>();

  set(staples: readonly NativeStaple[]): void {
    this.#byCertificate = new Map(
      staples.map(({ certificate, response }) => {
        const memory = pinnedMemory(response.length);
        memory.bytes.set(response);
        return [certificate, { ...memory, length: response.length }];
      }),
    );
  }

  /** Lets a context ask for them; false if that failed. */
  follow(context: number): boolean {
    this.#callback ??= koffi.register(this.#onStatus, koffi.pointer(ON_STATUS));
    return this.#c.SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB, this.#callback) === 1;
  }

  #onStatus = (connection: number): number => {
    const c = this.#c;
    const staple = this.#byCertificate.get(c.SSL_get_certificate(connection));
    if (staple === undefined) return SSL_TLSEXT_ERR_NOACK;
    const { address, length } = staple;
    const copy = c.CRYPTO_malloc(length, 0, 0); // freed with the connection
    if (copy === 0) return SSL_TLSEXT_ERR_NOACK;
    c.memcpy(copy, address, length);
    c.SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP, length, copy);
    return SSL_TLSEXT_ERR_OK;
  };
}
