import { stripVTControlCharacters, styleText } from 'node:util';

/** What a text means, from which its colour follows. */
export type Tone = 'good' | 'bad' | 'warn' | 'faint' | 'head' | 'plain';

/** Colours a text by what it means, or leaves it as it is. */
export type Style = (tone: Tone, text: string) => string;

const FORMATS = {
  good: 'green',
  bad: 'red',
  warn: 'yellow',
  faint: 'dim',
  head: 'bold',
} as const satisfies Readonly<Record<Exclude<Tone, 'plain'>, string>>;

export const styleOf = (colors: boolean): Style =>
  colors
    ? (tone, text) =>
        tone === 'plain' || text === '' ? text : styleText(FORMATS[tone], text, { validateStream: false })
    : (_, text) => text;

/** Control characters, which could do anything to a terminal: what proxies and others report is shown. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it removes.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/** A text from elsewhere, safe to print, in one line. */
export const printable = (text: string): string =>
  stripVTControlCharacters(text).replace(CONTROLS, ' ').trim();
