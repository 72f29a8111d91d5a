import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { createAuthority } from '../../../cluster/access/certificates.ts';
import type { StartTls } from '../../../proxy/start-tls/openings.ts';
import { type EndpointServer, startEndpoint } from './endpoint-server.ts';

/** What a server says in the clear, and what it expects before it goes on; text in latin1. */
interface Script {
  readonly greeting?: string;
  readonly exchanges: readonly { readonly expect: RegExp; readonly say: string }[];
}

const FEATURES =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='7' from='db.example.com' version='1.0'>" +
  "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>";
const SALT = 's'.repeat(8);

const MYSQL_BODY = `\x0a8.4.0-test\0\x07\0\0\0${SALT}\0\xff\xff\xff\x02\0\xff\xdf\x15${'\0'.repeat(10)}${SALT}abcd\0caching_sha2_password\0`;
const MYSQL_GREETING = `${String.fromCharCode(MYSQL_BODY.length)}\0\0\0${MYSQL_BODY}`;

/** Written from the specifications, and not from what the proxy does. */
export const SCRIPTS: Readonly<Record<StartTls, Script>> = {
  PostgreSQL: { exchanges: [{ expect: /^.{8}/s, say: 'S' }] },
  MySQL: {
    greeting: MYSQL_GREETING,
    exchanges: [{ expect: /^ .{35}/s, say: '' }],
  },
  SMTP: {
    greeting: '220-mx.example.com\r\n220 ESMTP\r\n',
    exchanges: [
      { expect: /^EHLO \S+\r\n/, say: '250-mx.example.com\r\n250-STARTTLS\r\n250 SIZE 1000\r\n' },
      { expect: /^STARTTLS\r\n/, say: '220 go ahead\r\n' },
    ],
  },
  IMAP: {
    greeting: '* OK [CAPABILITY IMAP4rev1 STARTTLS] hello\r\n',
    exchanges: [{ expect: /^l4b STARTTLS\r\n/, say: 'l4b OK go ahead\r\n' }],
  },
  LDAP: {
    exchanges: [
      {
        expect: /^0.{8}1\.3\.6\.1\.4\.1\.1466\.20037/s,
        say: '\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\0\x04\0\x04\0',
      },
    ],
  },
  XMPP: {
    exchanges: [
      { expect: /<stream:stream [^>]*>/, say: FEATURES },
      { expect: /<starttls [^>]*>/, say: "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" },
    ],
  },
};

const identity = createAuthority('throwaway').issue({ commonName: 'server', altNames: ['db.example.com'] });
const secureContext = createSecureContext({ cert: identity.certificate, key: identity.key });

/** Plays the script; resolves with what the client has sent behind it. */
const play = async (socket: Socket, { greeting = '', exchanges }: Script): Promise<Buffer> => {
  if (greeting !== '') socket.write(greeting, 'latin1');
  let unread = '';
  for (const { expect, say } of exchanges) {
    for (let found = expect.exec(unread); ; found = expect.exec(unread)) {
      if (found !== null) {
        unread = unread.slice(found[0].length);
        break;
      }
      const data = await new Promise<Buffer | undefined>((resolve) => {
        socket.once('data', (bytes: Buffer) => resolve(bytes));
        socket.once('end', () => resolve(undefined));
      });
      if (data === undefined) throw new Error(`ended after ${JSON.stringify(unread)}`);
      unread += data.toString('latin1');
    }
    if (say !== '') socket.write(say, 'latin1');
  }
  socket.pause();
  return Buffer.from(unread, 'latin1');
};

/** Starts a server of a protocol that changes to TLS, then tells its name and the one it was asked for. */
export const startClearServer = (protocol: StartTls, name: string): Promise<EndpointServer> =>
  startEndpoint(async (socket) => {
    try {
      const rest = await play(socket, SCRIPTS[protocol]);
      socket.removeAllListeners('data').removeAllListeners('end');
      if (rest.length > 0) socket.unshift(rest);
      const tls = new TLSSocket(socket, {
        isServer: true,
        secureContext,
        SNICallback: (_, callback) => callback(null, secureContext),
      });
      tls.on('error', () => socket.destroy());
      tls.once('secure', () => tls.end(`served by ${name} as ${tls.servername || 'nobody'}\n`));
    } catch {
      socket.destroy();
    }
  });
