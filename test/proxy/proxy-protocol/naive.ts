import { isIPv4, isIPv6, SocketAddress } from 'node:net';

// A second implementation of both readers, as plain as can be: strings, regular expressions and Node's own
// addresses. Both functions say what `readText` says of the same bytes.

const address = (text: string): string => {
  const { address: canonical } = new SocketAddress({ address: text, family: isIPv6(text) ? 'ipv6' : 'ipv4' });
  if (canonical.startsWith('::ffff:') && isIPv4(canonical.slice(7))) return canonical.slice(7);
  // Of an address of which only the last four bytes are set, Node writes these as IPv4.
  const tail = /^::([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)$/.exec(canonical)?.slice(1).map(Number);
  if (tail === undefined) return canonical;
  const [a = 0, b = 0, c = 0, d = 0] = tail;
  return `::${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
};

const port = (text: string): number => (/^(0|[1-9][0-9]{0,4})$/.test(text) ? Number(text) : Number.NaN);

const beginsLike = (bytes: Buffer, whole: Buffer): boolean => {
  const length = Math.min(bytes.length, whole.length);
  return bytes.subarray(0, length).equals(whole.subarray(0, length));
};

export const naiveV1 = (bytes: Buffer): string => {
  if (!beginsLike(bytes, Buffer.from('PROXY '))) return 'Missing';
  const text = bytes.toString('latin1');
  const end = text.indexOf('\n', 6);
  if (end < 0 || end >= 107) return text.length < 107 ? 'NeedMore' : 'TooLong';
  const line = text.slice(0, end);
  if (!line.endsWith('\r')) return 'Malformed';
  const [, protocol = '', ...fields] = line.slice(0, -1).split(' ');
  if (protocol === 'UNKNOWN') return `Unnamed (${end + 1})`;
  const [source = '', destination = '', sourcePort = '', destinationPort = ''] = fields;
  const isAddress = protocol === 'TCP4' ? isIPv4 : protocol === 'TCP6' ? isIPv6 : () => false;
  const ports = [port(sourcePort), port(destinationPort)];
  if (fields.length !== 4 || [source, destination].some((one) => !isAddress(one) || one.includes('%')))
    return 'Malformed';
  if (ports.some((one) => !(one <= 65_535))) return 'Malformed';
  return `${address(source)} ${ports[0]} > ${address(destination)} ${ports[1]} (${end + 1})`;
};

/** Bit by bit, without a table. */
const crc = (bytes: Buffer): number => {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0x82f63b78 : 0);
  }
  return ~value >>> 0;
};

/** Whether TLVs are whole; the checksum's must match. */
const tlvsOf = (header: Buffer, from: number): boolean => {
  if (from === header.length) return true;
  if (from + 3 > header.length) return false;
  const value = from + 3;
  const next = value + header.readUInt16BE(from + 1);
  if (next > header.length) return false;
  if (header[from] === 3) {
    if (next - value !== 4) return false;
    const zeroed = Buffer.concat([header.subarray(0, value), Buffer.alloc(4), header.subarray(next)]);
    if (crc(zeroed) !== header.readUInt32BE(value)) return false;
  }
  return tlvsOf(header, next);
};

const ipv6 = (bytes: Buffer): string => address((bytes.toString('hex').match(/..../g) ?? []).join(':'));

export const naiveV2 = (bytes: Buffer): string => {
  if (!beginsLike(bytes, Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1'))) return 'Missing';
  if (bytes.length < 16) return 'NeedMore';
  const command = bytes.readUInt8(12);
  if (![0x20, 0x21].includes(command)) return 'Malformed';
  const length = 16 + bytes.readUInt16BE(14);
  if (length > 16 * 1024) return 'TooLong';
  if (bytes.length < length) return 'NeedMore';
  if (command === 0x20) return `Unnamed (${length})`;
  const [family, transport] = [bytes.readUInt8(13) >> 4, bytes.readUInt8(13) % 16];
  if (transport > 2) return 'Malformed';
  if (family === 0) return `Unnamed (${length})`;
  const size = [0, 12, 36, 216][family];
  const header = bytes.subarray(0, length);
  if (size === undefined || 16 + size > length || !tlvsOf(header, 16 + size)) return 'Malformed';
  if (transport !== 1 || family === 3) return `Unnamed (${length})`;
  const half = (size - 4) / 2;
  const [source, destination] = [header.subarray(16, 16 + half), header.subarray(16 + half, 16 + 2 * half)];
  const text = (one: Buffer): string => (family === 1 ? one.join('.') : ipv6(one));
  const ports = 16 + 2 * half;
  return `${text(source)} ${header.readUInt16BE(ports)} > ${text(destination)} ${header.readUInt16BE(ports + 2)} (${length})`;
};
