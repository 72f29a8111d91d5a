/** The order of one round, counted from 0: each round begins with the next one, so that nobody always comes first. */
export const rotated = <T>(all: readonly T[], round: number): readonly T[] => {
  const first = all.length === 0 ? 0 : round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
};
