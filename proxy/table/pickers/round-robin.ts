import { type Candidate, type Picker, step } from './picker.ts';

/**
 * Picks the next endpoint in the weighted order. An endpoint to avoid loses its turns; otherwise all of them
 * would go to the one behind it.
 */
export const pickRoundRobin: Picker = (choice, avoid) => {
  const { turns, candidates } = choice;
  if (turns.length === 0) return -1;
  let turn = 0;
  for (let i = 0; i < turns.length; i++) {
    turn = step(choice) % turns.length;
    const index = turns[turn] as number;
    if (!avoid.has((candidates[index] as Candidate).slot)) return index;
  }
  // Other acceptors took turns in the meantime, so the loop may have missed some endpoints.
  for (let i = 1; i < turns.length; i++) {
    const index = turns[(turn + i) % turns.length] as number;
    if (!avoid.has((candidates[index] as Candidate).slot)) return index;
  }
  return -1;
};
