import { emptyIds, readPacket } from '../../../proxy/quic/read-packet.ts';

/** What the reader says of a datagram that lies among other bytes, as in an acceptor's memory. */
export const readText = (datagram: Buffer, around = 0xff): string => {
  const bytes = Buffer.concat([Buffer.alloc(7, around), datagram, Buffer.alloc(64, around)]);
  const ids = emptyIds();
  const packet = readPacket(bytes, 7, 7 + datagram.length, ids);
  if (packet === 'Malformed') return packet;
  const part = (at: number, length: number): string => bytes.subarray(at, at + length).toString('hex');
  const to = part(ids.destinationAt, ids.destinationLength);
  return packet === 'Short'
    ? `Short ${to}`
    : `${packet} ${to} < ${part(ids.sourceAt, ids.sourceLength)}`
        .replaceAll('  ', ' - ')
        .replace(/< $/, '< -');
};
