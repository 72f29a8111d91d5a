/** An object of Kubernetes is at most 3 MiB; a much longer line is not from a watch. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** Collects chunks of UTF-8 and returns complete lines; multi-byte characters may be split anywhere. */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  #rest = '';

  /** @throws RangeError if a line exceeds 64 MiB. */
  push(chunk: Uint8Array): string[] {
    const text = this.#rest + this.#decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > LONGEST_LINE)
      throw new RangeError(`a line of more than ${LONGEST_LINE} characters`);
    return lines.filter((line) => line !== '');
  }

  /** What follows the last line break; empty after a complete answer. */
  rest(): string {
    const rest = this.#rest + this.#decoder.decode();
    this.#rest = '';
    return rest;
  }
}
