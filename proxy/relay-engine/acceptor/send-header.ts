import type { SentProxyProtocol } from '../../configuration/backend-policy.ts';
import { emptyHeader } from '../../proxy-protocol/header.ts';
import {
  UNIQUE_ID_BYTES,
  type V2Content,
  writeV1,
  writeV1Unknown,
  writeV2,
  writeV2Local,
} from '../../proxy-protocol/write-header.ts';
import { readSocketAddress } from '../../sys/socket-address.ts';
import { EAGAIN, EINTR, IPPROTO_TCP, TCP_NODELAY } from '../../sys/sys.ts';
import { CLIENT, ENDPOINT, READABLE, SENT } from './connections.ts';
import type { Acceptor } from './context.ts';
import { KEY } from './datagrams/session-key.ts';
import { headerTls, tlsBits } from './header-tls.ts';
import { keepPending } from './pending.ts';
import { isSecured } from './secure-endpoint.ts';

/** The header that a connection begins with towards its endpoint, as a number; 0 for none. */
export const headerKind = (policy: SentProxyProtocol | undefined): number => {
  if (policy === undefined) return 0;
  if (policy.version === 'V1') return V1;
  return V2 | (policy.checksum ? CHECKSUM : 0) | (policy.uniqueId ? UNIQUE_ID : 0) | tlsBits(policy);
};
const V1 = 1;
const V2 = 2;
const CHECKSUM = 4;
const UNIQUE_ID = 8;
/** The bits above say what it has of TLS (header-tls.ts). */
const WITHOUT_TLS = 15;

// Filled in anew for each header, which is sent at once.
const header = emptyHeader();
const uniqueId = new Uint8Array(UNIQUE_ID_BYTES);
/** By the bits of the kind. */
const contentsOf = (transport: V2Content['transport']): readonly V2Content[] =>
  Array.from({ length: 16 }, (_, kind) => ({
    transport,
    checksum: (kind & CHECKSUM) !== 0,
    uniqueId: (kind & UNIQUE_ID) === 0 ? undefined : uniqueId,
  }));
const OF_STREAMS = contentsOf('Stream');
const OF_DATAGRAMS = contentsOf('Datagram');

const nameSource = ({ connections }: Acceptor, connection: number): void => {
  for (let i = 0; i < 16; i++) header.source[i] = connections.clientAddress[connection * 16 + i] as number;
  header.sourcePort = connections.clientPort[connection] as number;
};

/** Fills in who the client is and what it connected to; false if the latter is not known. */
const nameClient = (acceptor: Acceptor, connection: number): boolean => {
  const { connections, sys, socketAddress } = acceptor;
  nameSource(acceptor, connection);
  header.destinationPort = connections.details.destination(connection, header.destination);
  if (header.destinationPort >= 0) return true;
  const client = connections.fd[connection * 2 + CLIENT] as number;
  if (sys.ownAddress(client, socketAddress.address) < 0) return false;
  header.destinationPort = readSocketAddress(socketAddress.bytes, header.destination, 0);
  return true;
};

const identify = ({ connections: { details } }: Acceptor, connection: number, kind: number): void => {
  if ((kind & UNIQUE_ID) === 0) return;
  details.identify(connection);
  details.writeId(connection, uniqueId, 0);
};

/**
 * Writes the header of a session's datagrams to `to`, and returns its length; `port` is that of its listener.
 */
export const writeDatagramHeader = (
  acceptor: Acceptor,
  session: number,
  kind: number,
  port: number,
  to: Uint8Array,
): number => {
  const { keys } = acceptor.datagrams.sessions;
  nameSource(acceptor, session);
  for (let i = 0; i < 16; i++)
    header.destination[i] = keys.word(session, KEY.Own + (i >> 2)) >>> ((i & 3) * 8);
  header.destinationPort = port;
  identify(acceptor, session, kind);
  return writeV2(to, header, OF_DATAGRAMS[kind & WITHOUT_TLS] as V2Content);
};

/** Writes a connection's header to the scratch buffer, and returns its length. */
const writeHeader = (acceptor: Acceptor, connection: number, kind: number): number => {
  const { scratch } = acceptor;
  const isNamed = nameClient(acceptor, connection);
  if (kind === V1) return isNamed ? writeV1(scratch.bytes, header) : writeV1Unknown(scratch.bytes);
  if (!isNamed) return writeV2Local(scratch.bytes);
  identify(acceptor, connection, kind);
  const content = OF_STREAMS[kind & WITHOUT_TLS] as V2Content;
  const more = headerTls(acceptor, connection, kind);
  return writeV2(scratch.bytes, header, more === undefined ? content : { ...content, more });
};

/**
 * Sends the header to an endpoint that has just been connected, as the first bytes it gets; what it does not
 * take at once is sent before anything else. Returns 0, or a negative errno. Where bytes of the client are
 * there already, or a handshake follows, the kernel holds the header back, so that it leaves with them in one
 * packet.
 */
export const sendHeader = (acceptor: Acceptor, connection: number): number => {
  const { connections, sys, scratch } = acceptor;
  const { flags } = connections;
  const endpoint = connection * 2 + ENDPOINT;
  const fd = connections.fd[endpoint] as number;
  const length = writeHeader(acceptor, connection, connections.header[connection] as number);
  const isHeld =
    isSecured(acceptor, connection) || ((flags[connection * 2 + CLIENT] as number) & READABLE) !== 0;
  let sent: number;
  do sent = sys.send(fd, scratch.address, length, isHeld);
  while (sent === -EINTR);
  if (sent < 0 && sent !== -EAGAIN) return sent;
  if (!isHeld) flags[endpoint] = (flags[endpoint] as number) | SENT;
  // The endpoint's socket is watched since it was opened, so the kernel will report that it takes more.
  if (sent < length) keepPending(acceptor, endpoint, Math.max(0, sent), length - Math.max(0, sent));
  return 0;
};

/**
 * Relaying has begun. If the kernel holds the header back for bytes that did not come after all, it is sent
 * now.
 */
export const releaseHeader = ({ connections, sys }: Acceptor, connection: number): void => {
  const endpoint = connection * 2 + ENDPOINT;
  if (((connections.flags[endpoint] as number) & SENT) !== 0) return;
  sys.setOption(connections.fd[endpoint] as number, IPPROTO_TCP, TCP_NODELAY, 1);
};
