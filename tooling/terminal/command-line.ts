import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Prints what is wrong with the command line, in one line, and exits with code 2. */
export const refuse = (problem: string): never => {
  process.stderr.write(`${problem}; --help lists what is allowed\n`);
  process.exit(2);
};

/** The first sentence: the others of Node are about arguments that begin with a dash. */
const firstSentence = (message: string): string => message.split(/\.\s/)[0] ?? message;

/**
 * Parses a tool's command line. `--help` or `-h` prints `usage` and exits with code 0; an option that
 * `config` does not have exits with code 2.
 */
export const parseCommandLine = <const T extends ParseArgsConfig>(
  usage: string,
  config: T,
): ReturnType<typeof parseArgs<T>> => {
  const args = config.args ?? process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage);
    process.exit(0);
  }
  try {
    return parseArgs<T>({ ...config, args } as T);
  } catch (error) {
    return refuse(firstSentence(error instanceof Error ? error.message : String(error)));
  }
};
