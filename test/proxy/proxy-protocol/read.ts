import { emptyHeader } from '../../../proxy/proxy-protocol/header.ts';
import type { ReadHeader } from '../../../proxy/proxy-protocol/read-header.ts';
import { addressText } from '../../../proxy/relay-engine/address-text.ts';

const hostPort = (address: Uint8Array, port: number): string => `${addressText(address, 0)} ${port}`;

/**
 * What a reader says of bytes: the addresses and the header's length, or why there are none. The bytes are
 * followed by others that do not belong to them, as in the acceptors' buffer.
 */
export const readText = (read: ReadHeader, bytes: Buffer, follows = 0xff): string => {
  const header = emptyHeader();
  header.source.fill(0xee);
  header.destination.fill(0xee);
  const reading = read(Buffer.concat([bytes, Buffer.alloc(64, follows)]), bytes.length, header);
  const { source, sourcePort, destination, destinationPort, length } = header;
  if (reading === 'Unnamed') return `Unnamed (${length})`;
  return reading === 'Named'
    ? `${hostPort(source, sourcePort)} > ${hostPort(destination, destinationPort)} (${length})`
    : reading;
};
