/** The parts of a ClientHello; what is omitted is as a client of today has it. */
export interface HelloParts {
  /** Names of server_name; omitted for none. */
  readonly names?: readonly string[];
  /** Protocols of ALPN; omitted for none. */
  readonly alpn?: readonly string[];
  readonly sessionId?: Uint8Array;
  readonly ciphers?: readonly number[];
  readonly compressions?: readonly number[];
  readonly legacyVersion?: number;
  /** More extensions, in front of the others and behind them. */
  readonly before?: readonly Uint8Array[];
  readonly after?: readonly Uint8Array[];
  /** Without even the length of the extensions, as in hellos of old clients. */
  readonly bare?: boolean;
}

export const u8 = (value: number): Buffer => Buffer.of(value);
export const u16 = (value: number): Buffer => Buffer.of(value >> 8, value & 255);
const u24 = (value: number): Buffer => Buffer.concat([u8(value >> 16), u16(value & 0xffff)]);

/** The parts behind their length, which takes `bytes` bytes. */
export const vector = (bytes: 1 | 2, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([bytes === 1 ? u8(content.length) : u16(content.length), content]);
};

export const extension = (type: number, ...parts: readonly Uint8Array[]): Buffer =>
  Buffer.concat([u16(type), vector(2, ...parts)]);

export const serverName = (...names: readonly string[]): Buffer =>
  extension(
    0,
    vector(2, ...names.map((name) => Buffer.concat([u8(0), vector(2, Buffer.from(name, 'latin1'))]))),
  );

export const alpnOf = (...protocols: readonly string[]): Buffer =>
  extension(16, vector(2, ...protocols.map((one) => vector(1, Buffer.from(one, 'latin1')))));

export const versionsExtension = (...versions: readonly number[]): Buffer =>
  extension(43, vector(1, ...versions.map(u16)));

/** A key share of a group: X25519 is 0x001d with 32 bytes, X25519MLKEM768 is 0x11ec with 1,216. */
export const keyShare = (group: number, bytes: number): Buffer =>
  extension(51, vector(2, u16(group), vector(2, Buffer.alloc(bytes, 9))));

/** pre_shared_key with one identity, and a binder of 32 bytes. */
export const preSharedKey = (identity: Uint8Array): Buffer =>
  extension(41, vector(2, vector(2, identity), Buffer.alloc(4)), vector(2, vector(1, Buffer.alloc(32))));

export const GREASE: Buffer = extension(0x4a4a);

export const message = (type: number, body: Uint8Array): Buffer =>
  Buffer.concat([u8(type), u24(body.length), body]);

/** A ClientHello as a message of the handshake. */
export const helloMessage = ({
  names,
  alpn,
  sessionId = new Uint8Array(32),
  ciphers = [0x1301, 0xc02f],
  compressions = [0],
  legacyVersion = 0x0303,
  before = [],
  after = [],
  bare = false,
}: HelloParts = {}): Buffer =>
  message(
    1,
    Buffer.concat([
      u16(legacyVersion),
      Buffer.alloc(32, 7),
      vector(1, sessionId),
      vector(2, ...ciphers.map(u16)),
      vector(1, Buffer.from(compressions)),
      ...(bare
        ? []
        : [
            vector(
              2,
              ...before,
              ...(names === undefined ? [] : [serverName(...names)]),
              ...(alpn === undefined ? [] : [alpnOf(...alpn)]),
              ...after,
            ),
          ]),
    ]),
  );

export const record = (content: Uint8Array, type = 22, version = 0x0301): Buffer =>
  Buffer.concat([u8(type), u16(version), vector(2, content)]);

/** A message in records with so many bytes of it each. */
export const records = (content: Uint8Array, bytes = 16_384): Buffer =>
  Buffer.concat(
    Array.from({ length: Math.ceil(content.length / bytes) }, (_, i) =>
      record(content.subarray(i * bytes, (i + 1) * bytes)),
    ),
  );

export const hello = (parts?: HelloParts): Buffer => records(helloMessage(parts));
