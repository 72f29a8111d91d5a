import type { TlsDetails } from '../../engine/tls-details.ts';
import { ACCESS_TEXT_BYTES, accessTextsAt, INTS, intsAt, type SharedMemory } from './shared-memory.ts';

/**
 * What lines of the access log have of TLS is of any length: JSON in a ring of its own for each acceptor,
 * with one writer and one reader. A record has where its text ends, and how long it is; no text wraps.
 */
export class AccessTexts {
  #ints: Int32Array;
  #bytes: Buffer;
  #put: number;
  #taken: number;
  #ring: number;
  /** Where the text that was put last ends; wraps. */
  end = 0;

  constructor(shared: SharedMemory, index: number) {
    this.#ints = shared.ints;
    this.#bytes = Buffer.from(shared.accessTexts.buffer);
    this.#put = intsAt(index) + INTS.TextPut;
    this.#taken = intsAt(index) + INTS.TextTaken;
    this.#ring = accessTextsAt(index);
  }

  /** Puts a text into the ring and returns its bytes; -1 if there is no room. */
  put(details: TlsDetails): number {
    const text = JSON.stringify(details);
    const length = Buffer.byteLength(text);
    const put = Atomics.load(this.#ints, this.#put);
    const offset = put & (ACCESS_TEXT_BYTES - 1);
    const skipped = offset + length > ACCESS_TEXT_BYTES ? ACCESS_TEXT_BYTES - offset : 0;
    const end = (put + skipped + length) | 0;
    const used = (end - Atomics.load(this.#ints, this.#taken)) | 0;
    if (length > ACCESS_TEXT_BYTES || used > ACCESS_TEXT_BYTES) return -1;
    this.#bytes.write(text, this.#ring + ((put + skipped) & (ACCESS_TEXT_BYTES - 1)));
    Atomics.store(this.#ints, this.#put, end);
    this.end = end;
    return length;
  }
}

/** Takes a text of the acceptor `index` out of its ring; there must be one. */
export const takeText = (
  { ints, accessTexts }: SharedMemory,
  index: number,
  end: number,
  length: number,
): TlsDetails => {
  const at = accessTextsAt(index) + ((end - length) & (ACCESS_TEXT_BYTES - 1));
  const text = Buffer.from(accessTexts.buffer, at, length).toString();
  Atomics.store(ints, intsAt(index) + INTS.TextTaken, end);
  return JSON.parse(text) as TlsDetails;
};
