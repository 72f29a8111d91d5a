/** The packets in the appendices of RFC 9001 (version 1) and RFC 9369 (version 2). */
const hex = (...lines: readonly string[]): Buffer => Buffer.from(lines.join(''), 'hex');

/** The first packet of a client has 1,200 bytes; those behind its header tell nothing without keys. */
const clientInitial = (header: string): Buffer => Buffer.concat([hex(header), Buffer.alloc(1182, 0xa5)]);

export const EXAMPLES = {
  clientInitial1: clientInitial('c000000001088394c8f03e5157080000449e'),
  clientInitial2: clientInitial('d76b3343cf088394c8f03e5157080000449e'),
  serverInitial1: hex(
    'cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a',
    '5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3',
    'dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84',
    '022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc4',
    '2158407dd074ee',
  ),
  serverInitial2: hex(
    'dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698',
    'baeea26b91eb761d9b89237bbf87263017915358230035f7fd3945d88965cf17',
    'f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2',
    'c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca8',
    '4bed8521e2e140',
  ),
  retry1: hex('ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba'),
  retry2: hex('cf6b3343cf0008f067a5502a4262b5746f6b656ec8646ce8bfe33952d955543665dcc7b6'),
  short1: hex('4cfe4189655e5cd55c41f69080575d7999c25a5bfb'),
  short2: hex('5558b1c60ae7b6b932bc27d786f4bc2bb20f2162ba'),
} as const;

/** A long header of a version, with the bits of its type, and what follows it. */
export const long = (
  bits: number,
  version: number,
  destination: Buffer,
  source: Buffer,
  rest: Buffer = Buffer.alloc(0),
): Buffer<ArrayBuffer> => {
  const head = Buffer.alloc(5);
  head[0] = 0xc0 | (bits << 4);
  head.writeUInt32BE(version, 1);
  return Buffer.concat([
    head,
    Buffer.of(destination.length),
    destination,
    Buffer.of(source.length),
    source,
    rest,
  ]);
};

/** A packet's length in two bytes, and as many bytes. */
export const payload = (bytes: number): Buffer<ArrayBuffer> => {
  const whole = Buffer.alloc(2 + bytes, 0x5a);
  whole.writeUInt16BE(0x4000 | bytes);
  return whole;
};
