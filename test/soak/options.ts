import { parseArgs } from 'node:util';

export type SoakCommand =
  | { readonly command: 'Run'; readonly minutes: number; readonly acceptors: number }
  | { readonly command: 'Hostile'; readonly scale: number; readonly isBesideNginx: boolean }
  | { readonly command: 'Help' }
  | { readonly command: 'Refused'; readonly problem: string };

export const USAGE = `Runs the real proxy under a mixed load for a long time: clients with short, long, idle, slow, reset and malformed connections, bulk
transfers whose every byte is checked, several changes of the manifest per second, endpoints that are killed and restarted; and with
TLS, whose certificates are replaced every second, beside clients that stall, flood and send garbage for a handshake. The exit
code is 1 if a connection failed for another reason than a killed endpoint, or if memory, descriptors or connections leaked.

  node test/soak/main.ts [--minutes 30] [--acceptors 3]
  node test/soak/main.ts --hostile [--scale 1] [--beside-nginx]

  --minutes N     duration, 0.1 to 10000; 30 by default
  --acceptors N   acceptors of the proxy, 1 to 64; 3 by default
  --hostile       attacks instead of the load: a UDP flood from ten million made-up sources, fragments that are never
                  complete, 5,000 slow clients, 10,000 reconnections a second, datagrams of 0 and 65,507 bytes, a port
                  scan. They run in a network namespace of their own, which needs root. Memory must be flat, other
                  clients must be served, and their p99 be within two times of what it is while the same is done to a
                  port that nobody has. Takes some ten minutes
  --beside-nginx  attack nginx's stream module as well, for comparison
  --scale N       size of the attacks, 0.001 to 10; 1 by default
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
        hostile: { type: 'boolean', default: false },
        'beside-nginx': { type: 'boolean', default: false },
        scale: { type: 'string', default: '1' },
      },
    });
    if (values.help) return { command: 'Help' };
    if (values.hostile)
      return {
        command: 'Hostile',
        scale: number('--scale', values.scale, 0.001, 10),
        isBesideNginx: values['beside-nginx'],
      };
    return {
      command: 'Run',
      minutes: number('--minutes', values.minutes, 0.1, 10_000),
      acceptors: Math.trunc(number('--acceptors', values.acceptors, 1, 64)),
    };
  } catch (error) {
    return { command: 'Refused', problem: error instanceof Error ? error.message : String(error) };
  }
};
