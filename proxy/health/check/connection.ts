import net from 'node:net';
import type tls from 'node:tls';
import { lateTls } from '../../../program/late-modules.ts';
import { resetSocket } from '../../../program/reset-socket.ts';
import { onSelfConnection } from '../../../program/self-connection.ts';
import { socketFailure } from './failures.ts';
import type { CheckResult } from './result.ts';

/** Opens a connection of its own for one check, which ends as one that is refused where the kernel connects it to itself. */
export const openConnection = (
  address: string,
  port: number,
  end: (result: CheckResult) => void,
): net.Socket => {
  // autoSelectFamily off: the address is one address.
  const socket = net.connect({ host: address, port, autoSelectFamily: false });
  return onSelfConnection(socket, (error) => {
    // Before the check ends, which closes it in order.
    resetSocket(socket);
    end(socketFailure(error));
  });
};

/** Made once: no authorities, since nothing is verified, and every version and strength that the library still speaks, since clients choose theirs. */
let context: tls.SecureContext | undefined;
const secureContext = (): tls.SecureContext => {
  context ??= lateTls().createSecureContext({
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
  end: (result: CheckResult) => void,
  serverName: string | undefined,
  protocols: readonly string[] = [],
): tls.TLSSocket => {
  const connection = openConnection(address, port, end);
  const socket = lateTls().connect({
    socket: connection,
    secureContext: secureContext(),
    rejectUnauthorized: false,
    ...(protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }),
    // An address may not be sent (RFC 6066): neither the host, which Node would send without this, nor one that was asked for.
    servername: serverName === undefined || net.isIP(serverName) !== 0 ? '' : serverName,
  });
  connection.on('error', (error) => socket.destroy(error));
  return socket;
};
