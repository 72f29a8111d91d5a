import { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import { createAuthority } from '../../../cluster/access/certificates.ts';

/** What OpenSSL has read of a ClientHello. */
export interface OpensslReading {
  /** What SSL_get_servername gives; undefined if there is none, or an empty one. */
  readonly name: string | undefined;
  /** Undefined if it was not asked for a protocol: none was offered, or the handshake failed before. */
  readonly protocols: readonly string[] | undefined;
}

/** The stream of a client that has sent these bytes and then ends. */
class Sent extends Duplex {
  constructor(bytes: Uint8Array) {
    super();
    this.push(bytes);
    this.push(null);
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: string, callback: () => void): void {
    callback();
  }
}

const identity = createAuthority('throwaway').issue({ commonName: 'server' });
const secureContext = createSecureContext({
  cert: identity.certificate,
  key: identity.key,
  ciphers: 'DEFAULT:@SECLEVEL=0',
  minVersion: 'TLSv1',
});

/**
 * Has OpenSSL, as a server, read the first bytes of a client; undefined if it refused them before it asked
 * for a name or a protocol, or waits for more.
 */
export const readWithOpenssl = (bytes: Uint8Array): Promise<OpensslReading | undefined> =>
  new Promise((resolve) => {
    let reading: OpensslReading | undefined;
    const socket = new TLSSocket(new Sent(bytes), {
      isServer: true,
      secureContext,
      SNICallback(name, callback) {
        reading = { name, protocols: undefined };
        callback(null, secureContext);
      },
      ALPNCallback({ servername, protocols }) {
        // Without a name it is false, other than the types say.
        reading = { name: servername || undefined, protocols };
        return undefined;
      },
    });
    const finish = (): void => {
      socket.destroy();
      resolve(reading);
    };
    socket.once('error', finish);
    socket.once('end', finish);
    socket.resume();
  });
