import net from 'node:net';
import type tls from 'node:tls';
import { lateTls } from '../../../program/late-modules.ts';
import { resetSocket } from '../../../program/reset-socket.ts';
import { onSelfConnection } from '../../../program/self-connection.ts';
import { type CheckTls, connectionOptions } from './endpoint-tls.ts';
import { socketFailure } from './failures.ts';
import type { CheckResult } from './result.ts';

/** Where a check connects to. */
export interface CheckTarget {
  readonly address: string;
  readonly port: number;
  /** The PROXY header that the endpoint expects before anything else; undefined for none. */
  readonly header: Uint8Array | undefined;
  /** How its backend speaks TLS with it; undefined if it is spoken to in the clear. */
  readonly tls?: CheckTls | undefined;
}

/**
 * Opens a new connection for one check. If the kernel connects the socket to itself, the check ends as if the
 * connection had been refused.
 */
export const openConnection = (
  { address, port, header }: CheckTarget,
  end: (result: CheckResult) => void,
): net.Socket => {
  // autoSelectFamily is off because the address is a single IP address. A question behind a header or a
  // handshake is not to wait until that is acknowledged, which an endpoint may delay by 40 ms.
  const socket = net.connect({ host: address, port, autoSelectFamily: false, noDelay: true });
  if (header !== undefined) socket.write(header);
  return onSelfConnection(socket, (error) => {
    // This has to come first: ending the check would close the connection in order.
    resetSocket(socket);
    end(socketFailure(error));
  });
};

/**
 * Created once. It has no authorities, because no certificate is verified, and permits every version and
 * strength that the library still supports, because clients choose their own.
 */
let context: tls.SecureContext | undefined;
const secureContext = (): tls.SecureContext => {
  context ??= lateTls().createSecureContext({
    ca: [],
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT:@SECLEVEL=0',
  });
  return context;
};

const optionsOf = ({ tls, address }: CheckTarget, serverName: string | undefined): tls.ConnectionOptions =>
  tls === undefined
    ? {
        secureContext: secureContext(),
        rejectUnauthorized: false,
        // RFC 6066 forbids IP addresses in SNI: neither the host, which Node would send by default, nor a
        // configured name may be one.
        servername: serverName === undefined || net.isIP(serverName) !== 0 ? '' : serverName,
      }
    : connectionOptions(tls, address, serverName);

/**
 * Opens a connection with TLS, as its backend speaks it. Otherwise the certificate is not verified, and
 * `serverName` is sent as SNI. `protocols` are offered (ALPN).
 */
export const openTlsConnection = (
  target: CheckTarget,
  end: (result: CheckResult) => void,
  serverName: string | undefined,
  protocols: readonly string[] = [],
): tls.TLSSocket => {
  const connection = openConnection(target, end);
  const socket = lateTls().connect({
    socket: connection,
    ...optionsOf(target, serverName),
    ...(protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }),
  });
  connection.on('error', (error) => socket.destroy(error));
  return socket;
};
