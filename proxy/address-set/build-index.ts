import { enlarged } from '../sys/enlarged.ts';
import { CHILD, COUNT_BITS, FEW, NODE, NODE_INTS } from './boundary-index.ts';

/** Sorted boundaries in memory of this thread; see BoundaryIndex. */
export interface Boundaries {
  /** How many words a boundary has: 1 or 4. */
  readonly words: number;
  readonly count: number;
  readonly high: Int32Array<ArrayBuffer>;
  readonly low: Int32Array<ArrayBuffer>;
}

/** Builds the nodes over boundaries in strictly ascending order. */
export const buildNodes = (boundaries: Boundaries): Int32Array<ArrayBuffer> =>
  new NodeBuilder(boundaries).build();

class NodeBuilder {
  #boundaries: Boundaries;
  #nodes: Int32Array<ArrayBuffer>;
  #used = 0;

  constructor(boundaries: Boundaries) {
    this.#boundaries = boundaries;
    this.#nodes = new Int32Array(NODE_INTS + 2 * boundaries.count);
  }

  build(): Int32Array<ArrayBuffer> {
    const { count } = this.#boundaries;
    if (count > 0) this.#addNode(0, count, 0);
    return this.#nodes.subarray(0, this.#used);
  }

  /** One word of all boundaries: an array, the index of the first one, and the distance to the next. */
  #column(word: number): readonly [Int32Array, number, number] {
    const { words, high, low } = this.#boundaries;
    if (words === 1) return [high, 0, 1];
    return word < 2 ? [high, word, 2] : [low, word - 2, 2];
  }

  /** Adds the node of the boundaries from `start` to `end`, which share all words before `from`. */
  #addNode(start: number, end: number, from: number): number {
    let word = from;
    let [values, at, step] = this.#column(word);
    // Boundaries differ, so of several, two do in this word or a later one.
    while (end - start > 1 && values[start * step + at] === values[(end - 1) * step + at]) {
      word++;
      [values, at, step] = this.#column(word);
    }
    const first = values[start * step + at] as number;
    const last = values[(end - 1) * step + at] as number;
    const span = (last - first) >>> 0;
    let shift = 0;
    while (span / 2 ** shift >= end - start) shift++;
    const cells = (span >>> shift) + 1;
    const node = this.#take(NODE_INTS + cells);
    const nodes = this.#nodes;
    nodes[node + NODE.Word] = word;
    nodes[node + NODE.First] = first;
    nodes[node + NODE.Last] = last;
    nodes[node + NODE.Shift] = shift;
    nodes[node + NODE.Start] = start;
    nodes[node + NODE.End] = end;
    const firstCell = node + NODE_INTS;
    let boundary = start;
    for (let cell = 0; cell < cells; cell++) {
      const begin = boundary;
      while (boundary < end && ((values[boundary * step + at] as number) - first) >>> shift === cell)
        boundary++;
      const count = boundary - begin;
      const isFew = count <= FEW;
      // Adding a node may replace the memory, so it comes before the assignment.
      const higher = isFew ? begin : this.#addNode(begin, boundary, word);
      this.#nodes[firstCell + cell] = (higher << COUNT_BITS) | (isFew ? count : CHILD);
    }
    return node;
  }

  #take(ints: number): number {
    const at = this.#used;
    this.#used += ints;
    if (this.#used > this.#nodes.length) this.#nodes = enlarged(this.#nodes, this.#used * 2);
    return at;
  }
}
