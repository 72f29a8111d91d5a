import net from 'node:net';
import tls from 'node:tls';

/** Opens a connection of its own for one check. */
export const openConnection = (address: string, port: number): net.Socket =>
  // autoSelectFamily off: the address is one address.
  net.connect({ host: address, port, autoSelectFamily: false });

/** Made once: no authorities, since nothing is verified, and every version and strength that the library still speaks, since clients choose theirs. */
let context: tls.SecureContext | undefined;
const secureContext = (): tls.SecureContext => {
  context ??= tls.createSecureContext({
    ca: [],
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT:@SECLEVEL=0',
  });
  return context;
};

/** The same with TLS; the certificate is not verified. `serverName` is sent as SNI, `protocols` as ALPN. */
export const openTlsConnection = (
  address: string,
  port: number,
  serverName: string | undefined,
  protocols: readonly string[] = [],
): tls.TLSSocket =>
  tls.connect({
    host: address,
    port,
    secureContext: secureContext(),
    rejectUnauthorized: false,
    ...(protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }),
    // An address may not be sent (RFC 6066): neither the host, which Node would send without this, nor one that was asked for.
    servername: serverName === undefined || net.isIP(serverName) !== 0 ? '' : serverName,
  });
