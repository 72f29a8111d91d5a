/**
 * What a program said at its end, from the tail of its output, which a kubelet puts into the termination message: the last plain line,
 * which the proxy writes for people; without one, the text of the last JSON line.
 */
export const lastWords = (tail: string): string => {
  const lines = tail
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const plain = lines.findLast((line) => !line.startsWith('{'));
  if (plain !== undefined) return plain;
  return lines.map(textOf).findLast((text) => text !== '') ?? '';
};

const textOf = (line: string): string => {
  try {
    const { msg, error } = JSON.parse(line) as { msg?: unknown; error?: { message?: unknown } };
    return [msg, error?.message].filter((text) => typeof text === 'string').join(': ');
  } catch {
    return ''; // Cut in the middle by the kubelet: nothing to show.
  }
};
