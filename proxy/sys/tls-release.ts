import koffi from 'koffi';
import { POINTER } from './ssl-context.ts';

/** Frees objects of OpenSSL by address, whichever thread has made them: it must not use them any more. */
export interface TlsRelease {
  connection(address: number): void;
  context(address: number): void;
  session(address: number): void;
}

export const tlsRelease = (): TlsRelease => {
  const lib = koffi.load(null);
  return {
    connection: lib.func('SSL_free', 'void', [POINTER]),
    context: lib.func('SSL_CTX_free', 'void', [POINTER]),
    session: lib.func('SSL_SESSION_free', 'void', [POINTER]),
  };
};
