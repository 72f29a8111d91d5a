/** What differs from try to try in other programs' messages: a status that repeats it would be written for ever. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/^pods? "[^"]*" is forbidden: /i, ''],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?\b/g, ''],
  [/:\d{1,5}->/g, '->'], // the port that a connection came from
  [/\b[0-9a-f]{64}\b/g, '…'], // container
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '…'],
  [/\bback-off \d+[smh0-9]* /gi, 'back-off '],
  [/\s+/g, ' '],
];

const LONGEST = 600;

/** The text without what changes although nothing has changed; cut where it gets too long to read. */
export const stable = (text: string): string => {
  const same = VARYING.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text).trim();
  return same.length <= LONGEST ? same : `${same.slice(0, LONGEST - 1)}…`;
};

/** A text as a sentence: it ends in a full stop. */
export const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** What a message says first: what happened, and where. A full stop within a name or a number ends nothing. */
export const firstSentence = (text: string): string => text.split(/(?<=[.!?…])\s+(?=\p{Lu})/u, 1)[0] ?? '';
