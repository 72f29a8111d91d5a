import { type Candidate, type Picker, step } from './picker.ts';

/** The next in the weighted order. One to avoid loses its turns, or all of them would go to the one behind it. */
export const pickRoundRobin: Picker = (choice, avoid) => {
  const { turns, candidates } = choice;
  if (turns.length === 0) return -1;
  let turn = 0;
  for (let i = 0; i < turns.length; i++) {
    turn = step(choice) % turns.length;
    const index = turns[turn] as number;
    if (!avoid.has((candidates[index] as Candidate).slot)) return index;
  }
  // Others took turns meanwhile: these may not have been all.
  for (let i = 1; i < turns.length; i++) {
    const index = turns[(turn + i) % turns.length] as number;
    if (!avoid.has((candidates[index] as Candidate).slot)) return index;
  }
  return -1;
};
