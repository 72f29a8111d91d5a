/** Protocols in the form of the ALPN extension. */
export const alpnBytes = (protocols: readonly string[]): Uint8Array =>
  Buffer.concat(protocols.flatMap((one) => [Buffer.of(Buffer.byteLength(one)), Buffer.from(one)]));
