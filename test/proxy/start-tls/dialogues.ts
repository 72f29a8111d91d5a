import type { StartTls } from '../../../proxy/start-tls/openings.ts';
import type { Played } from './play.ts';

const u32 = (value: number): string =>
  Buffer.of(value >>> 24, value >> 16, value >> 8, value).toString('latin1');
const request = (code: number): string => u32(8) + u32(code);
const SSL_REQUEST = request(80877103);
const STARTUP = `${u32(17)}${u32(196608)}user\0me\0\0`;

const packet = (sequence: number, body: string): string =>
  `${Buffer.of(body.length & 255, body.length >> 8, 0, sequence).toString('latin1')}${body}`;
const capabilities = (value: number): string =>
  Buffer.of(value, value >> 8, value >> 16, value >> 24).toString('latin1');
const SSL_PACKET = packet(1, `${capabilities(0x0f_aa85 | 0xa00)}${'\0'.repeat(28)}`);
const mysqlGreeting = (flags: number): string =>
  packet(
    0,
    `\x0a8.4.0\0${u32(7)}${'s'.repeat(8)}\0${capabilities(flags).slice(0, 2)}\x2d\x02\0${'\0'.repeat(13)}${'s'.repeat(13)}`,
  );

const START_TLS_OID = '1.3.6.1.4.1.1466.20037';
const ber = (tag: number, ...parts: readonly string[]): string => {
  const content = parts.join('');
  return String.fromCharCode(tag, content.length) + content;
};
const ldapRequest = (name: string, id = '\x01'): string => ber(0x30, ber(2, id), ber(0x77, ber(0x80, name)));
const ldapResponse = (code: string, id = '\x01'): string =>
  ber(0x30, ber(2, id), ber(0x78, ber(10, code), ber(4), ber(4), ber(0x8a, START_TLS_OID)));
const BIND = ber(0x30, ber(2, '\x01'), ber(0x60, ber(2, '\x03'), ber(4, 'cn=me'), ber(0x80, 'secret')));

const STREAM =
  "<?xml version='1.0'?><stream:stream to='chat.example.com' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
const WISH = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const PROCEED = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const features = (inside: string): string =>
  `<?xml version='1.0'?><stream:stream from='chat.example.com' id='1' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'><stream:features>${inside}</stream:features>`;

export type Expected = Partial<Omit<Played, 'told'>> & { readonly told?: readonly (string | RegExp)[] };

/** What a client or an endpoint sends, each part once what came before was answered, and how it ends. */
export interface Dialogue {
  readonly what: string;
  readonly protocol: StartTls;
  readonly sends: readonly string[];
  readonly expected: Expected;
}

export const CLIENTS: readonly Dialogue[] = [
  {
    what: 'asks for TLS',
    protocol: 'PostgreSQL',
    sends: [SSL_REQUEST],
    expected: { told: ['S'], end: 'TlsFollows' },
  },
  {
    what: 'asks for GSS encryption first',
    protocol: 'PostgreSQL',
    sends: [request(80877104), SSL_REQUEST],
    expected: { told: ['N', 'S'], end: 'TlsFollows' },
  },
  {
    what: 'begins with TLS',
    protocol: 'PostgreSQL',
    sends: ['\x16\x03\x01'],
    expected: { told: [], end: 'Direct' },
  },
  {
    what: 'begins without TLS',
    protocol: 'PostgreSQL',
    sends: [STARTUP],
    expected: { told: [/^E.{4}SFATAL.VFATAL.C28000.MTLS is required/s], end: 'StartTlsMissing' },
  },
  {
    what: 'cancels a query without TLS',
    protocol: 'PostgreSQL',
    sends: [u32(16) + u32(80877102) + u32(1) + u32(2)],
    expected: { told: [], end: 'StartTlsMissing' },
  },
  {
    what: 'speaks HTTP',
    protocol: 'PostgreSQL',
    sends: ['GET / HTTP/1.1\r\n'],
    expected: { end: 'StartTlsMalformed' },
  },
  {
    what: 'sends a query behind its wish for TLS',
    protocol: 'PostgreSQL',
    sends: [`${SSL_REQUEST}Q\0\0\0\x0dselect 1\0`],
    expected: { told: [], end: 'StartTlsMalformed' },
  },
  {
    what: 'asks for TLS',
    protocol: 'MySQL',
    sends: [SSL_PACKET],
    expected: {
      told: [/8\.0\.0-l4balancer.*caching_sha2_password.$/s],
      end: 'TlsFollows',
      carried: SSL_PACKET,
    },
  },
  {
    what: 'does not wait between its wish and TLS',
    protocol: 'MySQL',
    sends: [`${SSL_PACKET}\x16\x03\x01`],
    expected: { end: 'TlsFollows', carried: SSL_PACKET, rest: '\x16\x03\x01' },
  },
  {
    what: 'answers without TLS',
    protocol: 'MySQL',
    sends: [packet(1, `${capabilities(0x0f_a285)}${'\0'.repeat(28)}me\0`)],
    expected: {
      told: [/^/, /#HY000Connections must use TLS/],
      end: 'StartTlsMissing',
    },
  },
  {
    what: 'speaks HTTP',
    protocol: 'MySQL',
    sends: ['GET / HTTP/1.1\r\n'],
    expected: { end: 'StartTlsMalformed' },
  },
  {
    what: 'says EHLO and asks for TLS',
    protocol: 'SMTP',
    sends: ['EHLO mail.example\r\n', 'STARTTLS\r\n'],
    expected: {
      told: [
        '220 l4balancer ESMTP\r\n',
        '250-l4balancer\r\n250 STARTTLS\r\n',
        '220 2.0.0 Ready to start TLS\r\n',
      ],
      end: 'TlsFollows',
      carried: 'EHLO mail.example\r\n',
    },
  },
  {
    what: 'says HELO in small letters',
    protocol: 'SMTP',
    sends: ['helo mail.example\n', 'starttls\n'],
    expected: { end: 'TlsFollows', carried: 'EHLO mail.example\r\n' },
  },
  {
    what: 'tries to send mail without TLS',
    protocol: 'SMTP',
    sends: ['EHLO a\r\n', 'MAIL FROM:<a@b>\r\n', 'RSET\r\n', 'QUIT\r\n'],
    expected: { told: [/^220/, /^250/, /^530/, /^250/, /^221/], end: 'StartTlsMissing' },
  },
  {
    what: 'sends a command behind STARTTLS',
    protocol: 'SMTP',
    sends: ['EHLO a\r\n', 'STARTTLS\r\nMAIL FROM:<a@b>\r\n'],
    expected: { end: 'StartTlsMalformed' },
  },
  {
    what: 'asks for TLS too early, with a parameter, and at last',
    protocol: 'SMTP',
    sends: ['STARTTLS\r\n', 'EHLO a\r\n', 'STARTTLS now\r\n', 'STARTTLS\r\n'],
    expected: { told: [/^220/, /^503/, /^250/, /^501/, /^220/], end: 'TlsFollows' },
  },
  {
    what: 'sends an endless line',
    protocol: 'SMTP',
    sends: ['x'.repeat(1001)],
    expected: { end: 'StartTlsMalformed' },
  },
  {
    what: 'asks what is possible, then for TLS',
    protocol: 'IMAP',
    sends: ['a1 CAPABILITY\r\n', 'a2 STARTTLS\r\n'],
    expected: {
      told: [
        /^\* OK \[CAPABILITY .*STARTTLS/,
        /^\* CAPABILITY .*STARTTLS.*\r\na1 OK/,
        'a2 OK Begin TLS negotiation now\r\n',
      ],
      end: 'TlsFollows',
    },
  },
  {
    what: 'logs in without TLS, and leaves',
    protocol: 'IMAP',
    sends: ['a LOGIN me secret\r\n', 'nonsense\r\n', 'b LOGOUT\r\n'],
    expected: {
      told: [/^\* OK/, /^a NO \[PRIVACYREQUIRED\]/, /^\* BAD/, /^\* BYE.*\r\nb OK/],
      end: 'StartTlsMissing',
    },
  },
  {
    what: 'sends a command behind STARTTLS',
    protocol: 'IMAP',
    sends: ['a STARTTLS\r\nb LOGIN me secret\r\n'],
    expected: { end: 'StartTlsMalformed' },
  },
  {
    what: 'asks for TLS',
    protocol: 'LDAP',
    sends: [ldapRequest(START_TLS_OID, '\x05')],
    expected: {
      told: [ldapResponse('\0', '\x05')],
      end: 'TlsFollows',
      carried: ldapRequest(START_TLS_OID, '\x05'),
    },
  },
  {
    what: 'binds without TLS',
    protocol: 'LDAP',
    sends: [BIND],
    expected: { told: [/1\.3\.6\.1\.4\.1\.1466\.20036$/], end: 'StartTlsMissing' },
  },
  {
    what: 'asks for another operation',
    protocol: 'LDAP',
    sends: [ldapRequest('1.3.6.1.4.1.4203.1.11.3')],
    expected: { end: 'StartTlsMissing' },
  },
  {
    what: 'unbinds',
    protocol: 'LDAP',
    sends: [ber(0x30, ber(2, '\x01'), ber(0x42))],
    expected: { end: 'StartTlsMissing' },
  },
  {
    what: 'binds behind its wish for TLS',
    protocol: 'LDAP',
    sends: [ldapRequest(START_TLS_OID) + BIND],
    expected: { end: 'StartTlsMalformed' },
  },
  {
    what: 'speaks HTTP',
    protocol: 'LDAP',
    sends: ['GET / HTTP/1.1\r\n'],
    expected: { end: 'StartTlsMalformed' },
  },
  {
    what: 'says that its message is huge',
    protocol: 'LDAP',
    sends: ['\x30\x84\x7f\xff\xff\xff'],
    expected: { end: 'StartTlsMalformed' },
  },
  {
    what: 'opens a stream and asks for TLS',
    protocol: 'XMPP',
    sends: [STREAM, WISH],
    expected: {
      told: [
        /from='chat.example.com'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required\/>/,
        PROCEED,
      ],
      end: 'TlsFollows',
      carried: STREAM,
    },
  },
  {
    what: 'opens a stream of servers',
    protocol: 'XMPP',
    sends: [STREAM.replace('jabber:client', 'jabber:server'), WISH.replaceAll("'", '"')],
    expected: { told: [/xmlns='jabber:server'/, PROCEED], end: 'TlsFollows' },
  },
  {
    what: 'logs in without TLS',
    protocol: 'XMPP',
    sends: [STREAM, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AA==</auth>"],
    expected: { told: [/features/, /policy-violation/], end: 'StartTlsMissing' },
  },
  {
    what: 'closes its stream',
    protocol: 'XMPP',
    sends: [STREAM, '</stream:stream>'],
    expected: { end: 'StartTlsMissing' },
  },
  {
    what: 'sends a stanza behind its wish for TLS',
    protocol: 'XMPP',
    sends: [STREAM, `${WISH}<presence/>`],
    expected: { end: 'StartTlsMalformed' },
  },
  {
    what: 'speaks HTTP',
    protocol: 'XMPP',
    sends: ['GET / HTTP/1.1\r\n'],
    expected: { end: 'StartTlsMalformed' },
  },
];

export const ENDPOINTS: readonly (Dialogue & { readonly carried?: string })[] = [
  {
    what: 'agrees',
    protocol: 'PostgreSQL',
    sends: ['S'],
    expected: { told: [SSL_REQUEST], end: 'TlsFollows' },
  },
  { what: 'declines', protocol: 'PostgreSQL', sends: ['N'], expected: { end: 'Fail' } },
  { what: 'says more than it may', protocol: 'PostgreSQL', sends: ['Sx'], expected: { end: 'Fail' } },
  {
    what: 'has TLS',
    protocol: 'MySQL',
    carried: SSL_PACKET,
    sends: [mysqlGreeting(0xffff)],
    expected: { told: [SSL_PACKET], end: 'TlsFollows' },
  },
  {
    what: 'has no TLS',
    protocol: 'MySQL',
    sends: [mysqlGreeting(0xf7ff)],
    expected: { told: [], end: 'Fail' },
  },
  {
    what: 'has too many connections',
    protocol: 'MySQL',
    sends: [packet(0, '\xff\x10\x04Too many connections')],
    expected: { end: 'Fail' },
  },
  {
    what: 'agrees',
    protocol: 'SMTP',
    carried: 'EHLO a\r\n',
    sends: ['220-hello\r\n220 there\r\n', '250-mx\r\n250-SIZE 1000\r\n250 starttls\r\n', '220 go\r\n'],
    expected: { told: ['EHLO a\r\n', 'STARTTLS\r\n'], end: 'TlsFollows' },
  },
  {
    what: 'has no TLS',
    protocol: 'SMTP',
    sends: ['220 hi\r\n', '250-mx\r\n250 SIZE 1\r\n'],
    expected: { end: 'Fail' },
  },
  {
    what: 'is not available',
    protocol: 'SMTP',
    sends: ['421 later\r\n'],
    expected: { told: [], end: 'Fail' },
  },
  {
    what: 'declines',
    protocol: 'SMTP',
    sends: ['220 hi\r\n', '250 STARTTLS\r\n', '454 no\r\n'],
    expected: { end: 'Fail' },
  },
  {
    what: 'says more than it may',
    protocol: 'SMTP',
    sends: ['220 hi\r\n', '250 STARTTLS\r\n', '220 go\r\n250 mx\r\n'],
    expected: { end: 'Fail' },
  },
  {
    what: 'agrees',
    protocol: 'IMAP',
    sends: ['* OK hello\r\n', '* CAPABILITY IMAP4rev1\r\nl4b OK go\r\n'],
    expected: { told: ['l4b STARTTLS\r\n'], end: 'TlsFollows' },
  },
  {
    what: 'declines',
    protocol: 'IMAP',
    sends: ['* OK hello\r\n', 'l4b BAD no\r\n'],
    expected: { end: 'Fail' },
  },
  {
    what: 'turns the client away',
    protocol: 'IMAP',
    sends: ['* BYE full\r\n'],
    expected: { told: [], end: 'Fail' },
  },
  {
    what: 'agrees',
    protocol: 'LDAP',
    carried: ldapRequest(START_TLS_OID),
    sends: [ldapResponse('\0')],
    expected: { told: [ldapRequest(START_TLS_OID)], end: 'TlsFollows' },
  },
  { what: 'declines', protocol: 'LDAP', sends: [ldapResponse('\x02')], expected: { end: 'Fail' } },
  { what: 'is no LDAP', protocol: 'LDAP', sends: ['220 hi\r\n'], expected: { end: 'Fail' } },
  {
    what: 'agrees',
    protocol: 'XMPP',
    carried: STREAM,
    sends: [features(`${WISH}<mechanisms/>`), PROCEED],
    expected: { told: [STREAM, WISH], end: 'TlsFollows' },
  },
  {
    what: 'has no TLS',
    protocol: 'XMPP',
    carried: STREAM,
    sends: [features('<mechanisms/>')],
    expected: { end: 'Fail' },
  },
  {
    what: 'declines',
    protocol: 'XMPP',
    sends: [features(WISH), "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"],
    expected: { end: 'Fail' },
  },
];
