/** Types of packets with a long header. */
export type PacketType = 'Initial' | 'ZeroRtt' | 'Handshake' | 'Retry';

/** How long headers of a version are read, as far as that is not the same for all of them. */
export interface Layout {
  /** By the two bits that give the type. */
  readonly types: readonly [PacketType, PacketType, PacketType, PacketType];
  /** The shortest packet number and encrypted rest, including what authenticates it. */
  readonly leastBytes: number;
  /** The end of a Retry, which authenticates it; before that is a token. */
  readonly retryTagBytes: number;
}

/** The longest connection ID of versions 1 and 2. */
export const MOST_ID_BYTES = 20;

const VERSION_1 = 0x00000001;
const VERSION_2 = 0x6b3343cf;
const PROTECTION = { leastBytes: 20, retryTagBytes: 16 } as const;

/** RFC 9000, section 17.2. */
const LAYOUT_1: Layout = { types: ['Initial', 'ZeroRtt', 'Handshake', 'Retry'], ...PROTECTION };
/** RFC 9369, section 3.2. */
const LAYOUT_2: Layout = { types: ['Retry', 'Initial', 'ZeroRtt', 'Handshake'], ...PROTECTION };

/** The layout of a version, undefined if it is not known. */
export const layoutOf = (version: number): Layout | undefined => {
  if (version === VERSION_1) return LAYOUT_1;
  return version === VERSION_2 ? LAYOUT_2 : undefined;
};
