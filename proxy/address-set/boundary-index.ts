/**
 * Disjoint ranges of addresses, as a sorted list of boundaries: each is the first address of a range, or the
 * first one after it. An address is in a range if an odd number of boundaries is not above it.
 *
 * Addresses are words of 32 bits, each with its highest bit flipped (`^ ORDER`), so that they compare as
 * signed integers do: only these are fast in JavaScript.
 *
 * A tree of nodes finds that number. A node has some boundaries that differ in one word, and divides the
 * numbers from its first boundary to its last into cells of equal size, about one for each boundary. A cell
 * says which boundaries it has; if they are many, they have a node of their own.
 */
export interface BoundaryIndex {
  /** The boundaries: one word each for IPv4, for IPv6 the first two of four. */
  readonly high: Int32Array<SharedArrayBuffer>;
  /** The last two words of IPv6 boundaries; empty if they are all 0, as with prefixes of up to 64 bits. */
  readonly low: Int32Array<SharedArrayBuffer>;
  /** The nodes, the root first; empty if there are no boundaries. */
  readonly nodes: Int32Array<SharedArrayBuffer>;
}

/** Flips the highest bit of a word. */
export const ORDER = 0x8000_0000 | 0;

/** Fields of a node. Its cells follow. */
export const NODE = {
  /** The first word in which its boundaries differ. */
  Word: 0,
  /** The value of that word of its first boundary, and of its last one. */
  First: 1,
  Last: 2,
  /** By how many bits the distance to `First` is shifted right to give the cell. */
  Shift: 3,
  /** Its boundaries: from this one up to, not including, that one. */
  Start: 4,
  End: 5,
} as const;
export const NODE_INTS = 6;

/**
 * A cell: how many boundaries it has in the lower bits, and in the higher ones the first of them, or where
 * the search goes on if it has none.
 */
export const COUNT_BITS = 4;
/** A count that means that the higher bits are the offset of a node. */
export const CHILD = (1 << COUNT_BITS) - 1;
/** The most boundaries that are compared one by one. */
export const FEW = 8;

const isOdd = (boundariesNotAbove: number): boolean => (boundariesNotAbove & 1) === 1;

/** Whether an IPv4 address is inside. */
export const insideV4 = ({ high, nodes }: BoundaryIndex, address: number): boolean => {
  if (nodes.length === 0) return false;
  for (let node = 0; ; ) {
    const first = nodes[node + NODE.First] as number;
    if (address < first) return isOdd(nodes[node + NODE.Start] as number);
    if (address >= (nodes[node + NODE.Last] as number)) return isOdd(nodes[node + NODE.End] as number);
    const cell = nodes[
      node + NODE_INTS + ((address - first) >>> (nodes[node + NODE.Shift] as number))
    ] as number;
    const count = cell & CHILD;
    const higher = cell >>> COUNT_BITS;
    if (count === CHILD) {
      node = higher;
      continue;
    }
    let boundary = higher;
    for (const end = higher + count; boundary < end && (high[boundary] as number) <= address; ) boundary++;
    return isOdd(boundary);
  }
};

/** Whether the IPv6 address of four words is inside. */
export const insideV6 = (
  { high, low, nodes }: BoundaryIndex,
  a: number,
  b: number,
  c: number,
  d: number,
): boolean => {
  if (nodes.length === 0) return false;
  /** Words that the address has in common with the boundaries of the node. */
  let known = 0;
  for (let node = 0; ; ) {
    const word = nodes[node + NODE.Word] as number;
    const start = nodes[node + NODE.Start] as number;
    for (; known < word; known++) {
      const own = known === 0 ? a : known === 1 ? b : c;
      const common = known < 2 ? (high[start * 2 + known] as number) : (low[start * 2 + known - 2] as number);
      if (own !== common) return isOdd(own < common ? start : (nodes[node + NODE.End] as number));
    }
    const own = word === 0 ? a : word === 1 ? b : word === 2 ? c : d;
    const first = nodes[node + NODE.First] as number;
    if (own < first) return isOdd(start);
    if (own > (nodes[node + NODE.Last] as number)) return isOdd(nodes[node + NODE.End] as number);
    const cell = nodes[node + NODE_INTS + ((own - first) >>> (nodes[node + NODE.Shift] as number))] as number;
    const count = cell & CHILD;
    const higher = cell >>> COUNT_BITS;
    if (count === CHILD) {
      node = higher;
      continue;
    }
    let boundary = higher;
    for (const end = higher + count; boundary < end; boundary++) {
      const first = high[boundary * 2] as number;
      if (first > a) break;
      if (first < a) continue;
      const second = high[boundary * 2 + 1] as number;
      if (second > b) break;
      if (second < b || low.length === 0) continue;
      const third = low[boundary * 2] as number;
      if (third > c || (third === c && (low[boundary * 2 + 1] as number) > d)) break;
    }
    return isOdd(boundary);
  }
};
