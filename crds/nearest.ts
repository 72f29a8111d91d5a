/** The candidate most likely meant by a misspelled `word`, or undefined if none is close. Ignores case. */
export const nearest = (word: string, candidates: readonly string[]): string | undefined => {
  const normalised = word.toLowerCase().slice(0, 64);
  let best: string | undefined;
  // Up to half of the word may differ, but at most three letters: a more distant suggestion would mislead.
  let least = Math.min(3, Math.ceil(normalised.length / 2)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(normalised, candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
};

/** Levenshtein distance. */
const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};
