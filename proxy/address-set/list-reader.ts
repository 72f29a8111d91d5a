import { cidrProblem } from '../../crds/cidr.ts';
import { formatValue } from '../../crds/format-value.ts';
import type { AddressSet } from './address-set.ts';
import { AddressSetBuilder } from './build.ts';
import { FAILED } from './cidr-reader.ts';

/** What the lines of a list begin with: nothing but an address, or a word that says what becomes of it. */
export type ListForm = 'Allow' | 'Deny' | 'AllowOrDeny';

/** What a list says. */
export interface SourceList {
  /** Undefined if it does not say who may connect; empty if it says that nobody may. */
  readonly allow: AddressSet | undefined;
  /** Who may not connect. */
  readonly deny: AddressSet | undefined;
}

export interface ListProblem {
  readonly line: number;
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** The most entries of a list; each takes some 10 to 130 bytes. */
const MOST_ENTRIES = 1_000_000;

const SPACE = 0x20;
const HASH = 0x23;
const SEMICOLON = 0x3b;

/**
 * Reads lists of addresses, a number of lines at a time: a long list must not keep its thread from other
 * work. Lines may be empty; `#` and `;` begin a comment.
 */
export class ListReader {
  #allow: AddressSetBuilder | undefined;
  #deny: AddressSetBuilder | undefined;
  #text = '';
  #form: ListForm = 'Allow';
  #at = 0;
  #line = 0;
  #entries = 0;
  /** What is wrong with the last text; undefined if nothing is. */
  problem: ListProblem | undefined;

  /** Begins a text, in addition to what was read before. */
  begin(text: string, form: ListForm): void {
    this.#text = text;
    this.#form = form;
    this.#at = 0;
    this.#line = 0;
    // A list that says who may connect restricts, even if it is empty.
    if (form !== 'AllowOrDeny') this.#builder(form === 'Deny');
  }

  /** Reads up to `most` lines; returns whether there are more. Nothing is read on after a problem. */
  read(most: number): boolean {
    for (let i = 0; i < most && this.#at < this.#text.length && this.problem === undefined; i++) {
      const newLine = this.#text.indexOf('\n', this.#at);
      const end = newLine < 0 ? this.#text.length : newLine;
      this.#line++;
      this.#readLine(this.#at, end);
      this.#at = end + 1;
    }
    return this.#at < this.#text.length && this.problem === undefined;
  }

  /** Lets the next call read on behind the line with the problem. */
  passOver(): void {
    this.problem = undefined;
  }

  /** The content of all texts. */
  build(): SourceList {
    return { allow: this.#allow?.build(), deny: this.#deny?.build() };
  }

  #readLine(from: number, to: number): void {
    const text = this.#text;
    let start = this.#skipSpace(from, to);
    const isEmpty = start === to || isComment(text.charCodeAt(start));
    if (isEmpty) return;
    let deny = this.#form === 'Deny';
    if (this.#form === 'AllowOrDeny') {
      const end = endOfWord(text, start, to);
      deny = text.startsWith('deny', start) && end === start + 4;
      if (!deny && !(text.startsWith('allow', start) && end === start + 5)) {
        this.#fail(
          `expected "allow" or "deny" and an address or a CIDR range, found ${formatValue(this.#upToComment(start, to))}`,
        );
        return;
      }
      start = this.#skipSpace(end, to);
    }
    const end = this.#builder(deny).add(text, start, to);
    const after = end === FAILED ? FAILED : this.#skipSpace(end, to);
    if (after === to || (after !== FAILED && isComment(text.charCodeAt(after)))) {
      if (++this.#entries > MOST_ENTRIES)
        this.#fail(`there are more than ${MOST_ENTRIES} entries: join ranges, or remove some`);
    } else {
      const entry = this.#upToComment(start, to);
      this.#fail(cidrProblem(entry) ?? `${formatValue(entry)} is not a CIDR range: write one`);
    }
  }

  #upToComment(start: number, to: number): string {
    let end = start;
    while (end < to && !isComment(this.#text.charCodeAt(end))) end++;
    return this.#text.slice(start, end).trimEnd();
  }

  #skipSpace(from: number, to: number): number {
    let at = from;
    while (at < to && this.#text.charCodeAt(at) <= SPACE) at++;
    return at;
  }

  #builder(deny: boolean): AddressSetBuilder {
    if (deny) {
      this.#deny ??= new AddressSetBuilder();
      return this.#deny;
    }
    this.#allow ??= new AddressSetBuilder();
    return this.#allow;
  }

  #fail(message: string): void {
    this.problem = { line: this.#line, message };
  }
}

const isComment = (code: number): boolean => code === HASH || code === SEMICOLON;

/** Where the word that begins at `start` ends: before a space, a comment or `to`. */
const endOfWord = (text: string, start: number, to: number): number => {
  let at = start;
  for (; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code <= SPACE || isComment(code)) break;
  }
  return at;
};
