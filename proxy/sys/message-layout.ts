/*
 * How struct mmsghdr, struct iovec and control data (struct cmsghdr) lie in memory; the same on x64 and
 * arm64, which both have pointers of 8 bytes and little-endian integers.
 */

/** sizeof(struct mmsghdr). */
export const MESSAGE_BYTES = 64;
/** Offsets in struct mmsghdr. */
export const MESSAGE = {
  Name: 0,
  NameLength: 8,
  Parts: 16,
  PartCount: 24,
  Control: 32,
  ControlLength: 40,
  Flags: 48,
  /** Bytes that were received or sent. */
  Length: 56,
} as const;

/** sizeof(struct iovec). */
export const PART_BYTES = 16;
/** Offsets in struct iovec. */
export const PART = { Address: 0, Length: 8 } as const;

/** sizeof(struct cmsghdr); its data follows. */
export const CONTROL_HEADER_BYTES = 16;
/** Offsets in struct cmsghdr. */
export const CONTROL = { Length: 0, Level: 8, Type: 12 } as const;

/** Bytes from one control header to the next, for data of `bytes` bytes (CMSG_SPACE). */
export const controlSpace = (bytes: number): number => CONTROL_HEADER_BYTES + ((bytes + 7) & ~7);

/** Writes the header of control data of `bytes` bytes. */
export const writeControlHeader = (
  view: DataView,
  at: number,
  level: number,
  type: number,
  bytes: number,
): void => {
  writeWord(view, at + CONTROL.Length, CONTROL_HEADER_BYTES + bytes);
  view.setInt32(at + CONTROL.Level, level, true);
  view.setInt32(at + CONTROL.Type, type, true);
};

/** sizeof(struct in_pktinfo), and the offset of the machine's own address in it (ipi_spec_dst). */
export const PKTINFO_BYTES = 12;
export const PKTINFO_ADDRESS = 4;
/** sizeof(struct in6_pktinfo); the address comes first. */
export const PKTINFO6_BYTES = 20;

/** Writes an address or a length of 8 bytes without a BigInt, which would be an allocation. */
export const writeWord = (view: DataView, offset: number, value: number): void => {
  view.setUint32(offset, value >>> 0, true);
  view.setUint32(offset + 4, Math.floor(value / 2 ** 32), true);
};
