import koffi from 'koffi';
import { type PinnedMemory, pinnedMemory } from './memory.ts';
import { POINTER } from './ssl-context.ts';

const symbols = () => {
  const lib = koffi.load(null);
  return {
    BIO_new_mem_buf: lib.func('BIO_new_mem_buf', POINTER, [POINTER, 'int']),
    BIO_free: lib.func('BIO_free', 'int', [POINTER]),
    PEM_read_bio_X509: lib.func('PEM_read_bio_X509', POINTER, [POINTER, POINTER, POINTER, POINTER]),
    PEM_read_bio_PrivateKey: lib.func('PEM_read_bio_PrivateKey', POINTER, [
      POINTER,
      POINTER,
      POINTER,
      POINTER,
    ]),
    PEM_read_bio_X509_CRL: lib.func('PEM_read_bio_X509_CRL', POINTER, [POINTER, POINTER, POINTER, POINTER]),
    ERR_clear_error: lib.func('ERR_clear_error', 'void', []),
  };
};

/** Reads PEM into OpenSSL's memory; what it returns are addresses, which belong to the caller. */
export interface PemReader {
  /** All certificates of a text, up to the first that cannot be read. */
  certificates(text: string): readonly number[];
  /** All lists of revoked certificates of a text, in the same way. */
  revocationLists(text: string): readonly number[];
  /** The private key of a text; 0 if it cannot be read. */
  privateKey(text: string): number;
  clearErrors(): void;
}

export const pemReader = (): PemReader => {
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

  const readAll =
    (read: (bio: number, to: number, ask: number, password: number) => number) =>
    (bio: number): readonly number[] => {
      const all: number[] = [];
      for (;;) {
        const next = read(bio, 0, 0, noPassword.address);
        if (next === 0) return all;
        all.push(next);
      }
    };

  return {
    certificates: (text) => withText(text, readAll(c.PEM_read_bio_X509)) ?? [],
    revocationLists: (text) => withText(text, readAll(c.PEM_read_bio_X509_CRL)) ?? [],
    privateKey: (text) =>
      withText(text, (bio) => c.PEM_read_bio_PrivateKey(bio, 0, 0, noPassword.address)) ?? 0,
    clearErrors: () => c.ERR_clear_error(),
  };
};
