import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../errors/exit.ts';
import type { Terminal } from './terminal.ts';

const INTERVAL_MS = 2000;
/** To the upper left corner, and clear what follows. */
const CLEAR = '\u001b[H\u001b[2J';

/**
 * Shows a text that changes until the command is stopped by a signal. What fails later than at first is tried
 * again, since the cluster may come back. It is shown in place of the text, or on standard error where the
 * output is documents, which another program reads.
 */
export const repeatedly = async (
  terminal: Terminal,
  output: 'wide' | 'json' | 'yaml' | undefined,
  text: () => Promise<string>,
  intervalMs = INTERVAL_MS,
): Promise<never> => {
  const isDocument = output === 'json' || output === 'yaml';
  const show = (shown: string): void => {
    if (terminal.width !== undefined) terminal.out(`${CLEAR}${shown}`);
    // What begins a document of YAML; without it, two would be one with every key twice.
    else terminal.out(output === 'yaml' ? `---\n${shown}` : `${shown}\n`);
  };
  show(await text());
  for (;;) {
    await sleep(intervalMs);
    try {
      show(await text());
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      const failure = `${error.message}; trying again\n`;
      if (isDocument) terminal.err(failure);
      else show(failure);
    }
  }
};
