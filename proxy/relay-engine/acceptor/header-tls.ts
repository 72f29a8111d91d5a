import type { SentProxyProtocol } from '../../configuration/backend-policy.ts';
import { type EndedTls, type TlsContent, tlsTlvs } from '../../proxy-protocol/tls-tlvs.ts';
import type { Tls } from '../../sys/tls.ts';
import { CLIENT } from './connections.ts';
import type { Acceptor } from './context.ts';
import { clientCertificateOf } from './served-clients.ts';

/** Bits of the kind of a header (headerKind) that stand for what it says of the client's TLS. */
const AUTHORITY = 16;
const PROTOCOL = 32;
const ENDED = 64;
const CERTIFICATE = 128;

/** The bits of a policy. A certificate is part of what is told of TLS that ends here. */
export const tlsBits = ({ tls }: SentProxyProtocol): number =>
  (tls.includes('Authority') ? AUTHORITY : 0) |
  (tls.includes('ALPN') ? PROTOCOL : 0) |
  (tls.includes('TLS') ? ENDED : 0) |
  (tls.includes('ClientCertificate') ? ENDED | CERTIFICATE : 0);

/** Longer ones are left out: the whole header is to fit into the buffer of an endpoint. */
const MOST_CERTIFICATE_BYTES = 8192;
const MOST_NAME_BYTES = 256;

const clientOf = (tls: Tls, side: number, withCertificate: boolean): Pick<EndedTls, 'client'> => {
  const certificate = tls.peerCertificate(side);
  if (certificate === undefined) return {};
  const isSent = withCertificate && certificate.length <= MOST_CERTIFICATE_BYTES;
  return {
    client: {
      isResumed: tls.isResumed(side),
      commonName: (clientCertificateOf(certificate)?.commonName ?? '').slice(0, MOST_NAME_BYTES),
      ...(isSent ? { certificate } : {}),
    },
  };
};

/** The TLVs about its client's TLS that the header of a connection has; undefined for none. */
export const headerTls = (acceptor: Acceptor, connection: number, kind: number): Uint8Array | undefined => {
  if (kind < AUTHORITY) return undefined;
  const { connections } = acceptor;
  const side = connections.tls[connection * 2 + CLIENT] as number;
  const authority = connections.tlsDetails.get(connection)?.serverName;
  const facts = side === 0 || (kind & (PROTOCOL | ENDED)) === 0 ? undefined : acceptor.tls().facts(side);
  const content: TlsContent = {
    ...((kind & AUTHORITY) === 0 || authority === undefined ? {} : { authority }),
    ...((kind & PROTOCOL) === 0 || facts === undefined ? {} : { protocol: facts.protocol }),
    ...((kind & ENDED) === 0 || facts === undefined
      ? {}
      : { ended: { ...facts, ...clientOf(acceptor.tls(), side, (kind & CERTIFICATE) !== 0) } }),
  };
  return tlsTlvs(content);
};
