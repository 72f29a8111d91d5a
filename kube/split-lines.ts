/** An object of Kubernetes is at most 3 MiB; what is far above is not a watch. */
const LONGEST_LINE = 64 * 1024 * 1024;

/**
 * Collects chunks of UTF-8 and gives back the lines that are complete; multi-byte characters may be cut
 * anywhere.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  #rest = '';

  /** @throws RangeError when a line grows beyond 64 MiB. */
  push(chunk: Uint8Array): string[] {
    const text = this.#rest + this.#decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > LONGEST_LINE)
      throw new RangeError(`a line of more than ${LONGEST_LINE} characters`);
    return lines.filter((line) => line !== '');
  }

  /** What came after the last end of line; empty after a whole answer. */
  rest(): string {
    const rest = this.#rest + this.#decoder.decode();
    this.#rest = '';
    return rest;
  }
}
