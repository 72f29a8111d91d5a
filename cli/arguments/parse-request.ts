import { runParserAsync } from '@optique/core/facade';
import { message } from '@optique/core/message';
import { extractCommandNames, type Usage } from '@optique/core/usage';
import { VERSION } from '../../program/version.ts';
import { EXIT } from '../errors/exit.ts';
import type { Terminal } from '../print/terminal.ts';
import { commandFirst } from './command-first.ts';
import type { Lookup } from './names.ts';
import { type Request, requestParser } from './request.ts';

export const PROGRAM = 'kubectl-l4b';

/** What the arguments ask for. `Answered`: the help, an error or a completion has been printed. */
export type Parsed =
  | { readonly kind: 'Run'; readonly request: Request }
  | { readonly kind: 'Answered'; readonly exitCode: number };

/** Without an argument, the help is what a first user needs. */
const withDefault = (argv: readonly string[]): readonly string[] => (argv.length === 0 ? ['--help'] : argv);

/** Below this, lines are longer than the terminal is wide, instead of having a word each. */
const LEAST_WIDTH = 60;

/** The command that the arguments begin with, if there is such a command. */
const commandIn = ([first = '']: readonly string[], usage: Usage): readonly string[] =>
  extractCommandNames(usage).has(first) ? [first] : [];

/** Reads the arguments, and answers those that need no cluster. */
export const parseRequest = async (
  given: readonly string[],
  terminal: Terminal,
  lookup: Lookup,
): Promise<Parsed> => {
  const argv = commandFirst(given);
  const parser = requestParser(lookup);
  const answered = (exitCode: number): Parsed => ({ kind: 'Answered', exitCode });
  const run = async (): Promise<Parsed> => ({
    kind: 'Run',
    request: await runParserAsync(parser, PROGRAM, withDefault(argv), {
      brief: message`Shows and explains the L4Balancers of a cluster. As a plugin: kubectl l4b.`,
      help: { option: { names: ['--help', '-h'] }, onShow: (code) => throwAnswered(answered(code)) },
      version: { value: VERSION, option: true, onShow: () => throwAnswered(answered(EXIT.ok)) },
      completion: { command: true, onShow: (code: number) => throwAnswered(answered(code)) },
      onError() {
        terminal.err(`See ${[PROGRAM, ...commandIn(argv, parser.usage), '--help'].join(' ')}\n`);
        return throwAnswered(answered(EXIT.usage));
      },
      aboveError: 'none',
      usageLine: [{ type: 'ellipsis' }],
      commandList: 'top-level',
      termWidth: 'auto',
      showChoices: true,
      colors: terminal.colors,
      ...(terminal.width === undefined ? {} : { maxWidth: Math.max(terminal.width, LEAST_WIDTH) }),
      stdout: (text) => terminal.out(`${text}\n`),
      stderr: (text) => terminal.err(`${text}\n`),
      footer: message`Exit codes: 0 all is well, 1 a problem was found, 2 wrong arguments, 3 no access, 4 no such balancer, 5 the API server does not answer, 6 something else failed.`,
    }),
  });
  return await run().catch((error: unknown) => {
    if (error instanceof Answer) return error.parsed;
    throw error;
  });
};

/** The library wants a value of the request’s type from its hooks, which an answer does not have. */
class Answer {
  readonly parsed: Parsed;

  constructor(parsed: Parsed) {
    this.parsed = parsed;
  }
}

const throwAnswered = (parsed: Parsed): never => {
  throw new Answer(parsed);
};
