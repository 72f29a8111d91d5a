/** Maximum header size of an answer, including interim answers. The body is not read here. */
const MAX_HEADER_BYTES = 8_192;

/** The result of reading an answer so far. */
export type Answer =
  | { readonly kind: 'Unfinished' }
  | { readonly kind: 'Answer'; readonly status: number }
  | { readonly kind: 'Wrong'; readonly problem: string };

/** As RFC 9112 defines it; servers often omit the reason together with the space before it. */
const STATUS_LINE = /^HTTP\/1\.[01] ([1-5][0-9]{2})( [^\r\n]*)?\r?$/;
/** Every status line begins with this. */
const BEGIN = 'HTTP/1.';
/**
 * A single LF ends a line, too (RFC 9112, 2.2). Only the end of the headers matters, so folded ones are fine.
 */
const END_OF_HEADERS = /\r?\n\r?\n/;

const UNFINISHED: Answer = { kind: 'Unfinished' };
const NOT_HTTP: Answer = { kind: 'Wrong', problem: 'the answer is not HTTP' };
const TOO_LONG: Answer = { kind: 'Wrong', problem: 'the answer headers exceed 8 KiB' };

/**
 * Extracts the status from an HTTP/1 answer. Node's own parser is made for clients that use what they read;
 * it rejects answers that are harmless to a client that needs only the status.
 */
export class AnswerReader {
  #text = '';
  #bytes = 0;

  /** Adds the next bytes; interim answers (1xx except 101) are skipped. */
  add(part: Buffer): Answer {
    this.#text += part.subarray(0, Math.max(0, MAX_HEADER_BYTES + 1 - this.#bytes)).toString('latin1');
    this.#bytes += part.length;
    for (;;) {
      const isHttp = this.#text.startsWith(BEGIN.slice(0, this.#text.length));
      if (!isHttp) return NOT_HTTP;
      const line = /^[^\n]*(?=\n)/.exec(this.#text)?.[0];
      const status = line === undefined ? undefined : STATUS_LINE.exec(line)?.[1];
      if (line !== undefined && status === undefined) return NOT_HTTP;
      const end = END_OF_HEADERS.exec(this.#text);
      if (status === undefined || end === null) return this.#bytes > MAX_HEADER_BYTES ? TOO_LONG : UNFINISHED;
      if (!status.startsWith('1') || status === '101') return { kind: 'Answer', status: Number(status) };
      this.#text = this.#text.slice(end.index + end[0].length);
    }
  }
}
