import { TLV_HEAD_BYTES } from './header.ts';

/** Types of TLVs that say something of the client's TLS; those within TLV_SSL are of another list. */
const TLV_ALPN = 0x01;
const TLV_AUTHORITY = 0x02;
const TLV_SSL = 0x20;
const SSL = { Version: 0x21, CommonName: 0x22, Cipher: 0x23, Signature: 0x24, Key: 0x25, Certificate: 0x28 };
/** Whether the client speaks TLS, and has shown a certificate now, or when its session began. */
const CLIENT_SSL = 1;
const CLIENT_CERT_CONN = 2;
const CLIENT_CERT_SESS = 4;
/** `client` (one byte) and `verify` (four) before the TLVs within TLV_SSL. */
const SSL_HEAD_BYTES = 5;
const NOT_VERIFIED = 1;

/** What is told of TLS that ends at the proxy; texts that are empty are left out. */
export interface EndedTls {
  readonly version: string;
  readonly cipher: string;
  /** What the certificate of the proxy was signed with, and its key. */
  readonly signature: string;
  readonly key: string;
  /** Of the client's certificate, which was verified; omitted if it has shown none. */
  readonly client?: {
    /** Whether it belongs to an earlier session, which was resumed. */
    readonly isResumed: boolean;
    /** Empty if its subject has none. */
    readonly commonName: string;
    /** In DER; omitted unless endpoints are to get all of it. */
    readonly certificate?: Uint8Array;
  };
}

/** What endpoints are told of the client's TLS. */
export interface TlsContent {
  /** The server name that the client asks for, one character a byte. */
  readonly authority?: string;
  /** The protocol that was agreed upon (ALPN), in the same way. */
  readonly protocol?: string;
  readonly ended?: EndedTls;
}

const tlv = (type: number, value: Uint8Array): Buffer => {
  const whole = Buffer.alloc(TLV_HEAD_BYTES + value.length);
  whole[0] = type;
  whole.writeUInt16BE(value.length, 1);
  whole.set(value, TLV_HEAD_BYTES);
  return whole;
};

/** Nothing for a text that is empty. */
const textTlv = (type: number, text = '', encoding: 'latin1' | 'utf8' = 'latin1'): readonly Buffer[] =>
  text === '' ? [] : [tlv(type, Buffer.from(text, encoding))];

const sslTlv = ({ version, cipher, signature, key, client }: EndedTls): Buffer => {
  const head = Buffer.alloc(SSL_HEAD_BYTES);
  const shown = client === undefined ? 0 : CLIENT_CERT_SESS | (client.isResumed ? 0 : CLIENT_CERT_CONN);
  head[0] = CLIENT_SSL | shown;
  head.writeUInt32BE(client === undefined ? NOT_VERIFIED : 0, 1);
  return tlv(
    TLV_SSL,
    Buffer.concat([
      head,
      ...textTlv(SSL.Version, version),
      ...textTlv(SSL.CommonName, client?.commonName, 'utf8'),
      ...textTlv(SSL.Cipher, cipher),
      ...textTlv(SSL.Signature, signature),
      ...textTlv(SSL.Key, key),
      ...(client?.certificate === undefined ? [] : [tlv(SSL.Certificate, client.certificate)]),
    ]),
  );
};

/** The TLVs of a header of version 2 with what is to be told of the client's TLS. */
export const tlsTlvs = ({ authority, protocol, ended }: TlsContent): Uint8Array =>
  Buffer.concat([
    ...textTlv(TLV_ALPN, protocol),
    ...textTlv(TLV_AUTHORITY, authority),
    ...(ended === undefined ? [] : [sslTlv(ended)]),
  ]);
