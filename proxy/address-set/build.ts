import { hash } from 'node:crypto';
import { cidrProblem } from '../../crds/cidr.ts';
import type { AddressSet } from './address-set.ts';
import type { BoundaryIndex } from './boundary-index.ts';
import { type Boundaries, buildNodes } from './build-index.ts';
import { CidrReader, FAILED } from './cidr-reader.ts';
import { RangeList } from './range-list.ts';

/** The set of the addresses in any of `cidrs`. These are valid: `cidrProblem` has nothing against them. */
export const buildAddressSet = (cidrs: readonly string[]): AddressSet => {
  const builder = new AddressSetBuilder();
  for (const cidr of cidrs)
    if (builder.add(cidr, 0, cidr.length) !== cidr.length) throw new RangeError(cidrProblem(cidr) ?? cidr);
  return builder.build();
};

/** Builds a set bit by bit, so that a thread with other work can add the entries of a long list in slices. */
export class AddressSetBuilder {
  #reader = new CidrReader();
  #v4 = new RangeList(1);
  #v6 = new RangeList(4);

  get entries(): number {
    return this.#v4.count + this.#v6.count;
  }

  /**
   * Adds the range or address that the text has at `start`, before `end`. Returns where it ends, or FAILED,
   * which is negative, if there is none. What follows is for the caller to judge.
   */
  add(text: string, start: number, end: number): number {
    const reader = this.#reader;
    const at = reader.read(text, start, end);
    if (at !== FAILED) (reader.isV6 ? this.#v6 : this.#v4).add(reader.words, reader.length);
    return at;
  }

  build(): AddressSet {
    const v4 = this.#v4.boundaries();
    const v6 = this.#v6.boundaries();
    const digest = [v4, v6].map(({ high, low }) => `${hash('sha1', high)} ${hash('sha1', low)}`).join(' ');
    const [nodes4, nodes6] = [buildNodes(v4), buildNodes(v6)];
    const memory = new Memory([v4.high, v4.low, nodes4, v6.high, v6.low, nodes6]);
    const share = ({ high, low }: Boundaries, nodes: Int32Array): BoundaryIndex => ({
      high: memory.share(high),
      low: memory.share(low),
      nodes: memory.share(nodes),
    });
    return { digest, entries: this.entries, v4: share(v4, nodes4), v6: share(v6, nodes6) };
  }
}

/** One SharedArrayBuffer, which arrays are copied to, one after the other. */
class Memory {
  #buffer: SharedArrayBuffer;
  #used = 0;

  constructor(arrays: readonly Int32Array[]) {
    this.#buffer = new SharedArrayBuffer(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  }

  share(array: Int32Array): Int32Array<SharedArrayBuffer> {
    const shared = new Int32Array(this.#buffer, this.#used, array.length);
    shared.set(array);
    this.#used += array.byteLength;
    return shared;
  }
}
