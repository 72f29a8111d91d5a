import { CliError } from '../errors/exit.ts';
import type { Readings } from './reading.ts';

/** The error of a command that has nothing to show, because no proxy of the balancer has answered. */
export const unanswered = (tried: string, name: string, readings: Readings): CliError => {
  const [first] = readings.values();
  if (first?.kind !== 'None')
    return new CliError('Failed', `Cannot ${tried} of ${name}: no proxy pod runs; kubectl l4b why ${name}`);
  const code = first.code === 'NoRight' ? 'NoRight' : 'Failed';
  return new CliError(code, `Cannot ${tried} of ${name}: ${first.why}`);
};
