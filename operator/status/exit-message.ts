/**
 * Why a program exited, taken from its termination message, into which the kubelet copies the tail of the
 * output: the last plain line, which the proxy writes for people, or else the text of the last JSON line.
 */
export const exitMessageIn = (tail: string): string => {
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
    return ''; // truncated by the kubelet
  }
};
