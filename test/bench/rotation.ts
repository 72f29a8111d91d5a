/**
 * The order of one rotation, counted from 0. Each starts with the next peer, so that none is always first.
 */
export const rotated = <T>(all: readonly T[], rotation: number): readonly T[] => {
  const first = all.length === 0 ? 0 : rotation % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
};
