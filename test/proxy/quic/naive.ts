/** A second reader of QUIC headers, written after the figures of RFC 8999, 9000 and 9369: slow and plain. */
class Bytes {
  #left: Buffer;

  constructor(bytes: Buffer) {
    this.#left = bytes;
  }

  get length(): number {
    return this.#left.length;
  }

  take(count: number): Buffer {
    if (count > this.#left.length) throw new RangeError('cut off');
    const taken = this.#left.subarray(0, count);
    this.#left = this.#left.subarray(count);
    return taken;
  }

  varint(): bigint {
    const first = this.take(1);
    const rest = this.take(2 ** ((first[0] as number) >> 6) - 1);
    const all = Buffer.concat([first, rest]).toString('hex');
    return BigInt(`0x${all}`) & ((1n << BigInt(all.length * 4 - 2)) - 1n);
  }
}

const TYPES: Readonly<Record<string, readonly string[]>> = {
  '00000001': ['Initial', 'ZeroRtt', 'Handshake', 'Retry'],
  '6b3343cf': ['Retry', 'Initial', 'ZeroRtt', 'Handshake'],
};

const readLong = (bytes: Bytes): string => {
  const first = bytes.take(1)[0] as number;
  const version = bytes.take(4).toString('hex');
  const destination = bytes.take(bytes.take(1)[0] as number);
  const source = bytes.take(bytes.take(1)[0] as number);
  const ids = `${destination.toString('hex') || '-'} < ${source.toString('hex') || '-'}`;
  if (version === '00000000') {
    if (bytes.length === 0 || bytes.length % 4 !== 0) throw new RangeError('no versions');
    return `VersionNegotiation ${ids}`;
  }
  const type = TYPES[version]?.[Math.floor(first / 16) % 4];
  if (type === undefined) return `Other ${ids}`;
  if (Math.max(destination.length, source.length) > 20) throw new RangeError('too long');
  if (type === 'Retry') {
    if (bytes.length <= 16) throw new RangeError('no token');
    return `${type} ${ids}`;
  }
  if (type === 'Initial') {
    const token = bytes.varint();
    if (token > BigInt(bytes.length)) throw new RangeError('token cut off');
    bytes.take(Number(token));
  }
  const length = bytes.varint();
  if (length > BigInt(bytes.length) || length < 20n) throw new RangeError('length');
  return `${type} ${ids}`;
};

/** The same text as that of `readText`. */
export const naive = (datagram: Buffer): string => {
  if (datagram.length === 0) return 'Malformed';
  if ((datagram[0] as number) < 128) return `Short ${datagram.subarray(1, 21).toString('hex')}`;
  try {
    return readLong(new Bytes(datagram));
  } catch (error) {
    if (error instanceof RangeError) return 'Malformed';
    throw error;
  }
};
