import { parseArgs } from 'node:util';

export type SoakCommand =
  | { readonly command: 'Run'; readonly minutes: number; readonly acceptors: number }
  | { readonly command: 'Help' }
  | { readonly command: 'Refused'; readonly problem: string };

export const USAGE = `Runs the real proxy under a mixed load for a long time: clients with short, long, idle, slow, reset and malformed connections, bulk
transfers whose every byte is checked, several changes of the manifest per second, endpoints that are killed and restarted. The exit
code is 1 if a connection failed for another reason than a killed endpoint, or if memory, descriptors or connections leaked.

  node test/soak/main.ts [--minutes 30] [--acceptors 3]

  --minutes N     duration, 0.1 to 10000; 30 by default
  --acceptors N   acceptors of the proxy, 1 to 64; 3 by default
  --help

Ctrl-C ends the soak early, with the same checks.
`;

const number = (name: string, text: string, from: number, to: number): number => {
  const value = Number(text);
  if (text.trim() === '' || !(value >= from && value <= to))
    throw new Error(`${name}: expected a number from ${from} to ${to}, found ${JSON.stringify(text)}`);
  return value;
};

/** Reads the command line. */
export const parseOptions = (argv: readonly string[]): SoakCommand => {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        minutes: { type: 'string', default: '30' },
        acceptors: { type: 'string', default: '3' },
      },
    });
    if (values.help) return { command: 'Help' };
    return {
      command: 'Run',
      minutes: number('--minutes', values.minutes, 0.1, 10_000),
      acceptors: Math.trunc(number('--acceptors', values.acceptors, 1, 64)),
    };
  } catch (error) {
    return { command: 'Refused', problem: error instanceof Error ? error.message : String(error) };
  }
};
