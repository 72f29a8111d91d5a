/** The Castagnoli polynomial, with its bits reversed. */
const POLYNOMIAL = 0x82f63b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc >>> 0;
});

/**
 * CRC32C (RFC 3720, appendix B.4) of the first `length` bytes, as if the four bytes at `zeroAt` were zero: a
 * header's checksum is computed like that, with its own bytes at zero.
 */
export const crc32c = (bytes: Uint8Array, length: number, zeroAt = length): number => {
  let crc = 0xffffffff;
  for (let i = 0; i < length; i++) {
    const byte = i >= zeroAt && i < zeroAt + 4 ? 0 : (bytes[i] as number);
    crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] as number);
  }
  return ~crc >>> 0;
};
