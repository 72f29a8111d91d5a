/** Header bytes that an answer may have, interim answers included; its body is never looked at. */
const MAX_HEADER_BYTES = 8_192;

/** What the bytes of an answer say so far. */
export type Answer =
  | { readonly kind: 'Unfinished' }
  | { readonly kind: 'Answer'; readonly status: number }
  | { readonly kind: 'Wrong'; readonly problem: string };

/** As RFC 9112 has it; a reason is often left out together with its blank. */
const STATUS_LINE = /^HTTP\/1\.[01] ([1-5][0-9]{2})( [^\r\n]*)?\r?$/;
/** Every status line begins like this. */
const BEGIN = 'HTTP/1.';
/** A single LF ends a line as well (RFC 9112, 2.2), and in the headers nothing but their end matters: they may be folded. */
const END_OF_HEADERS = /\r?\n\r?\n/;

const UNFINISHED: Answer = { kind: 'Unfinished' };
const NOT_HTTP: Answer = { kind: 'Wrong', problem: 'the answer is not HTTP' };
const TOO_LONG: Answer = { kind: 'Wrong', problem: 'answer headers above 8 KiB' };

/**
 * Finds the status of an answer of HTTP/1. Node's own parser is made for clients that use what they read, and refuses what is no
 * danger to one that wants the status alone.
 */
export class AnswerReader {
  #text = '';
  #bytes = 0;

  /** Takes the next bytes; interim answers (1xx but 101) are passed over. */
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
