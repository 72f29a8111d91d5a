import { type Candidate, type Picker, step } from '../picker.ts';

/** The next in the weighted order. One to avoid is passed over without costing the others their turns. */
export const pickRoundRobin: Picker = (choice, avoid) => {
  const { turns, candidates } = choice;
  if (turns.length === 0) return -1;
  const start = step(choice);
  for (let i = 0; i < turns.length; i++) {
    const index = turns[(start + i) % turns.length] as number;
    if (!avoid.has((candidates[index] as Candidate).slot)) return index;
  }
  return -1;
};
