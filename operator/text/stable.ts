const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?`;

/**
 * The parts of other programs' messages that differ from try to try: a status that repeated them would be
 * rewritten forever.
 */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/^pods? "[^"]*" is forbidden: /i, ''],
  // Each replica has found it at another time.
  [new RegExp(`^Since ${TIME}, `), ''],
  // What happens then does not change: a list of revoked certificates is good until then.
  [new RegExp(`(?<!\\b(?:by|from|on|until) )\\b${TIME}\\b`, 'g'), ''],
  [/:\d{1,5}->/g, '->'], // the port that a connection came from
  [/\b[0-9a-f]{64}\b/g, '…'], // container
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '…'],
  [/\bback-off \d+[smh0-9]* /gi, 'back-off '],
  [/\s+/g, ' '],
];

const LONGEST = 600;

/**
 * The text without the parts that change although nothing has happened; truncated if it is too long to read.
 */
export const stable = (text: string): string => {
  const same = VARYING.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text).trim();
  return same.length <= LONGEST ? same : `${same.slice(0, LONGEST - 1)}…`;
};

/** Ends the text with a full stop, unless it has one. */
export const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

/**
 * The first sentence of a message: what happened, and where. A full stop within a name or a number does not
 * end it.
 */
export const firstSentence = (text: string): string => text.split(/(?<=[.!?…])\s+(?=\p{Lu})/u, 1)[0] ?? '';
