import { crc32c } from '../../../proxy/proxy-protocol/crc32c.ts';

const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');

/** A TLV by its type and value. */
export type Tlv = readonly [type: number, value: Buffer];

export const tlv = ([type, value]: Tlv): Buffer =>
  Buffer.concat([Buffer.from([type, value.length >> 8, value.length & 255]), value]);

/** A header of version 2 with any bytes in its fields; the length is that of `block` unless it is given. */
export const v2 = (
  command: number,
  kind: number,
  block: Buffer = Buffer.alloc(0),
  length = block.length,
): Buffer => Buffer.concat([SIGNATURE, Buffer.from([command, kind, length >> 8, length & 255]), block]);

/** The addresses of a header of version 2: 192.0.2.1 port 40000, which connected to 198.51.100.2 port 443. */
export const IPV4_BLOCK = Buffer.from('c0000201c63364029c4001bb', 'hex');
/** 2001:db8::1 port 40000, which connected to 2001:db8::2 port 443. */
export const IPV6_BLOCK = Buffer.from(
  `20010db8${'0'.repeat(22)}0120010db8${'0'.repeat(22)}029c4001bb`,
  'hex',
);

/** A header of version 2 for TCP over IPv4 with TLVs. */
export const withTlvs = (...tlvs: readonly Tlv[]): Buffer =>
  v2(0x21, 0x11, Buffer.concat([IPV4_BLOCK, ...tlvs.map(tlv)]));

/** Adds the checksum as the last TLV. */
export const withChecksum = (...tlvs: readonly Tlv[]): Buffer => {
  const header = withTlvs(...tlvs, [3, Buffer.alloc(4)]);
  header.writeUInt32BE(crc32c(header, header.length), header.length - 4);
  return header;
};
