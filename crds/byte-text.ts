/**
 * Bytes written as text: printable ASCII, line breaks and tabs as they are, and `\xNN`, `\n`, `\r`, `\t` and
 * `\\`, as HAProxy and nginx write them. No other character stands for one byte in every notation: YAML turns
 * "\xe9" in double quotes into a character that takes two.
 */
export const BYTE_TEXT = /^([\t\n\r -[\]-~]|\\(x[0-9a-fA-F]{2}|[nrt\\]))*$/;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\' };

/** The bytes that a text stands for, one character each (latin1). */
export const bytesOf = (text: string): string =>
  text.replace(/\\(?:x([0-9a-fA-F]{2})|([nrt\\]))/g, (_, hex: string | undefined, letter: string) =>
    hex === undefined ? (ESCAPES[letter] ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  );

/** Bytes as such a text, in one line. */
export const byteText = (bytes: Uint8Array): string =>
  [...bytes]
    .map((byte) => {
      if (byte === 0x5c) return '\\\\';
      return byte >= 0x20 && byte < 0x7f
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
