/** Formats the 16-byte address at `at`: an IPv4-mapped one as IPv4, any other one as in RFC 5952. */
export const addressText = (bytes: Uint8Array, at: number): string => {
  const byte = (offset: number): number => bytes[at + offset] as number;
  const isMapped =
    bytes.subarray(at, at + 10).every((one) => one === 0) && byte(10) === 0xff && byte(11) === 0xff;
  if (isMapped) return `${byte(12)}.${byte(13)}.${byte(14)}.${byte(15)}`;
  const groups = Array.from({ length: 8 }, (_, i) => byte(2 * i) * 256 + byte(2 * i + 1));
  const text = groups.map((group) => group.toString(16)).join(':');
  // RFC 5952 omits the longest run of two or more zero groups, or the first of equally long ones.
  const runs = [...text.matchAll(/\b0(?::0\b)+/g)].map(([run]) => run);
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') return text;
  const start = text.search(new RegExp(`\\b${longest}\\b`));
  const before = text.slice(0, start).replace(/:$/, '');
  const behind = text.slice(start + longest.length).replace(/^:/, '');
  return `${before}::${behind}`;
};
