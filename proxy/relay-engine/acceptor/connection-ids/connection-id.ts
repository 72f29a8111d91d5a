import { ID_WORDS } from './ids-memory.ts';

/** A connection ID, or a part of one, as words that can be compared and hashed. */
export class ConnectionId {
  /** Bytes behind the ID are 0. */
  readonly words = new Int32Array(ID_WORDS);
  /** In bytes. */
  length = 0;

  /** Takes the `length` bytes at `at`, at most 20. */
  read(view: DataView, at: number, length: number): void {
    this.length = length;
    for (let word = 0; word < ID_WORDS; word++) this.words[word] = wordOf(view, at, length, word);
  }

  /** Takes an ID from where `writeTo` has put it. */
  readFrom(from: Int32Array, at: number, length: number): void {
    this.length = length;
    for (let word = 0; word < ID_WORDS; word++) this.words[word] = from[at + word] as number;
  }

  /** Takes `length` bytes of another ID. */
  readPart(id: ConnectionId, offset: number, length: number): void {
    this.length = length;
    this.words.fill(0);
    for (let i = 0; i < length; i++) {
      const from = offset + i;
      const byte = ((id.words[from >> 2] as number) >>> (8 * (from & 3))) & 0xff;
      this.words[i >> 2] = (this.words[i >> 2] as number) | (byte << (8 * (i & 3)));
    }
  }

  writeTo(to: Int32Array, at: number): void {
    for (let word = 0; word < ID_WORDS; word++) to[at + word] = this.words[word] as number;
  }

  isAt(of: Int32Array, at: number): boolean {
    for (let word = 0; word < ID_WORDS; word++) if (of[at + word] !== this.words[word]) return false;
    return true;
  }
}

/** Word `word` of an ID of `length` bytes at `at`; what is behind its end is 0. */
export const wordOf = (view: DataView, at: number, length: number, word: number): number => {
  const left = length - 4 * word;
  if (left >= 4) return view.getInt32(at + 4 * word, true);
  let value = 0;
  for (let i = 0; i < left; i++) value |= view.getUint8(at + 4 * word + i) << (8 * i);
  return value;
};
