import type { Tone } from '../print/style.ts';

/** How good the status of the condition Ready is. */
export const readyTone = (status: string): Tone => {
  switch (status) {
    case 'True':
      return 'good';
    case 'False':
      return 'bad';
    default:
      return 'warn';
  }
};
