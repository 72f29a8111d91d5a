const ZERO = 0x30;
const SLASH = 0x2f;
const COLON = 0x3a;
const DOT = 0x2e;
/** The text is not a range. */
export const FAILED = -1;
/** The third word of IPv4 addresses that are mapped into IPv6. */
const MAPPED = 0xffff;

/**
 * By character of ASCII: its value as a hexadecimal digit, or -1. Of branches between digits and letters, a
 * processor would guess half wrong.
 */
const HEX_DIGITS = Int8Array.from({ length: 128 }, (_, code) => {
  const text = String.fromCharCode(code);
  return /[0-9a-f]/i.test(text) ? Number.parseInt(text, 16) : -1;
});

const hexDigit = (code: number): number => (code < 128 ? (HEX_DIGITS[code] as number) : -1);

/**
 * Reads CIDR ranges and addresses out of a longer text without making strings, because lists have a hundred
 * thousand of them. It accepts what `cidrProblem` (crds/cidr.ts) has nothing against: that explains what this
 * refuses.
 */
export class CidrReader {
  /** The first address of the range that was read last, in words of 32 bits: one for IPv4. */
  readonly words = new Int32Array(4);
  isV6 = false;
  /** Its prefix length; that of an address alone is 32 or 128. */
  length = 0;
  #groups = new Uint16Array(8);
  /** The IPv4 address that was read last. */
  #v4 = 0;

  /** Reads the range at `start`, before `end`; returns where it ends, or FAILED. */
  read(text: string, start: number, end: number): number {
    this.isV6 = isColonFirst(text, start, end);
    const behind = this.isV6 ? this.#readV6(text, start, end) : this.#readV4(text, start, end);
    if (behind === FAILED) return FAILED;
    const at = this.#readLength(text, behind, end);
    return at !== FAILED && this.#setWords() ? at : FAILED;
  }

  /** Takes over the address that was read; false if it is not the first one of a range. */
  #setWords(): boolean {
    const { words } = this;
    if (!this.isV6) {
      words[0] = this.#v4;
      return !hasHostBits(this.#v4, this.length);
    }
    const groups = this.#groups;
    for (let i = 0; i < 4; i++) {
      const word = ((groups[i * 2] as number) << 16) | (groups[i * 2 + 1] as number);
      words[i] = word;
      if (hasHostBits(word, this.length - i * 32)) return false;
    }
    return words[0] !== 0 || words[1] !== 0 || words[2] !== MAPPED;
  }

  /** Reads an IPv4 address; returns where it ends. */
  #readV4(text: string, start: number, end: number): number {
    let at = start;
    let address = 0;
    for (let part = 0; part < 4; part++) {
      if (part > 0 && (at === end || text.charCodeAt(at++) !== DOT)) return FAILED;
      const from = at;
      let value = 0;
      for (; at < end && at < from + 3; at++) {
        const digit = text.charCodeAt(at) - ZERO;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
      }
      const hasLeadingZero = at > from + 1 && text.charCodeAt(from) === ZERO;
      if (at === from || value > 255 || hasLeadingZero) return FAILED;
      address = (address << 8) | value;
    }
    this.#v4 = address;
    return at;
  }

  /** Reads an IPv6 address; returns where it ends. */
  #readV6(text: string, start: number, end: number): number {
    const groups = this.#groups;
    let at = start;
    let count = 0;
    /** How many groups come before the `::`. */
    let zerosAt = -1;
    if (text.charCodeAt(at) === COLON) {
      if (at + 1 >= end || text.charCodeAt(at + 1) !== COLON) return FAILED;
      zerosAt = 0;
      at += 2;
    }
    while (at < end && text.charCodeAt(at) !== SLASH) {
      if (count === 8) return FAILED;
      const from = at;
      let value = 0;
      /** What is behind the group. */
      let code = SLASH;
      for (; at < end; at++) {
        code = text.charCodeAt(at);
        const digit = hexDigit(code);
        if (digit < 0) break;
        value = (value << 4) | digit;
      }
      // An address may end with `::`; whatever follows is not part of it.
      if (at === from && zerosAt === count) break;
      if (at === from || at > from + 4) return FAILED;
      if (at < end && code === DOT) {
        if (count > 6) return FAILED;
        at = this.#readV4(text, from, end);
        groups[count++] = this.#v4 >>> 16;
        groups[count++] = this.#v4;
        break;
      }
      groups[count++] = value;
      if (at === end || code !== COLON) break;
      at++;
      const next = at < end ? text.charCodeAt(at) : SLASH;
      if (next === SLASH) return FAILED;
      if (next !== COLON) continue;
      if (zerosAt >= 0) return FAILED;
      zerosAt = count;
      at++;
    }
    if (zerosAt < 0) return count === 8 ? at : FAILED;
    if (count === 8) return FAILED;
    // Not copyWithin and fill: calling them takes longer than this.
    let to = 8;
    while (count > zerosAt) groups[--to] = groups[--count] as number;
    while (to > zerosAt) groups[--to] = 0;
    return at;
  }

  /** Reads the length of the prefix, if one follows; returns where it ends. */
  #readLength(text: string, start: number, end: number): number {
    const bits = this.isV6 ? 128 : 32;
    this.length = bits;
    if (start === end || text.charCodeAt(start) !== SLASH) return start;
    const from = start + 1;
    let at = from;
    let length = 0;
    for (; at < end && at < from + 3; at++) {
      const digit = text.charCodeAt(at) - ZERO;
      if (digit < 0 || digit > 9) break;
      length = length * 10 + digit;
    }
    const hasLeadingZero = at > from + 1 && text.charCodeAt(from) === ZERO;
    if (at === from || length > bits || hasLeadingZero) return FAILED;
    this.length = length;
    return at;
  }
}

/** Whether the first separator of an address is a colon. */
const isColonFirst = (text: string, start: number, end: number): boolean => {
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === COLON || code === DOT) return code === COLON;
  }
  return false;
};

/** Whether a word has bits behind its first `length` ones; a word is all prefix from 32 on. */
const hasHostBits = (word: number, length: number): boolean =>
  length < 32 && (length <= 0 ? word !== 0 : word << length !== 0);
