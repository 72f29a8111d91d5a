import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../errors/exit.ts';
import type { Terminal } from './terminal.ts';

const INTERVAL_MS = 2000;
/** To the upper left corner, and clear what follows. */
const CLEAR = '\u001b[H\u001b[2J';

/**
 * Shows a text that changes until the command is stopped by a signal. What fails later than at first is shown
 * in its place, and tried again: the cluster may come back.
 */
export const repeatedly = async (
  terminal: Terminal,
  text: () => Promise<string>,
  intervalMs = INTERVAL_MS,
): Promise<never> => {
  let shown = await text();
  for (;;) {
    terminal.out(terminal.width === undefined ? `${shown}\n` : `${CLEAR}${shown}`);
    await sleep(intervalMs);
    shown = await text().catch((error: unknown) => {
      if (error instanceof CliError) return `${error.message}; trying again\n`;
      throw error;
    });
  }
};
