import koffi from 'koffi';
import { pinnedMemory } from './memory.ts';
import { POINTER } from './ssl-context.ts';

/** What was agreed upon with a client of TLS, in OpenSSL's words. */
export interface TlsFacts {
  /** Such as `TLSv1.3`. */
  readonly version: string;
  /** Such as `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** The protocol of ALPN, one character a byte; empty for none. */
  readonly protocol: string;
  /** What the own certificate was signed with, and its key, such as `RSA-SHA256` and `EC256`. */
  readonly signature: string;
  readonly key: string;
}

const KEY_KINDS: Readonly<Record<number, string>> = { 6: 'RSA', 408: 'EC', 912: 'RSAPSS', 1087: 'ED25519' };
const ED25519 = 1087;

const symbols = () => {
  const lib = koffi.load(null);
  return {
    SSL_get_version: lib.func('SSL_get_version', 'str', [POINTER]),
    SSL_get_current_cipher: lib.func('SSL_get_current_cipher', POINTER, [POINTER]),
    SSL_CIPHER_get_name: lib.func('SSL_CIPHER_get_name', 'str', [POINTER]),
    SSL_get0_alpn_selected: lib.func('SSL_get0_alpn_selected', 'void', [POINTER, POINTER, POINTER]),
    SSL_get_certificate: lib.func('SSL_get_certificate', POINTER, [POINTER]),
    X509_get_signature_nid: lib.func('X509_get_signature_nid', 'int', [POINTER]),
    X509_get0_pubkey: lib.func('X509_get0_pubkey', POINTER, [POINTER]),
    OBJ_nid2sn: lib.func('OBJ_nid2sn', 'str', ['int']),
    EVP_PKEY_get_id: lib.func('EVP_PKEY_get_id', 'int', [POINTER]),
    EVP_PKEY_get_bits: lib.func('EVP_PKEY_get_bits', 'int', [POINTER]),
  };
};

/** Reads these facts of connections whose handshake is complete. */
export const tlsFacts = (): ((connection: number) => TlsFacts) => {
  const c = symbols();
  const { address, view } = pinnedMemory(16);

  const protocolOf = (connection: number): string => {
    c.SSL_get0_alpn_selected(connection, address, address + 8);
    const at = view.getBigUint64(0, true);
    const length = view.getUint32(8, true);
    if (at === 0n || length === 0) return '';
    return Buffer.from(koffi.view(at, length)).toString('latin1');
  };

  const keyOf = (certificate: number): string => {
    const key = c.X509_get0_pubkey(certificate);
    const id = c.EVP_PKEY_get_id(key);
    const kind = KEY_KINDS[id] ?? '';
    return id === ED25519 || kind === '' ? kind : `${kind}${c.EVP_PKEY_get_bits(key)}`;
  };

  return (connection) => {
    const certificate = c.SSL_get_certificate(connection);
    return {
      version: c.SSL_get_version(connection),
      cipher: c.SSL_CIPHER_get_name(c.SSL_get_current_cipher(connection)),
      protocol: protocolOf(connection),
      signature: certificate === 0 ? '' : c.OBJ_nid2sn(c.X509_get_signature_nid(certificate)),
      key: certificate === 0 ? '' : keyOf(certificate),
    };
  };
};
