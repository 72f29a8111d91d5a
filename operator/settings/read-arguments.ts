import { FLAG_NAMES, FLAGS, type Flag, type FlagName } from './flags.ts';

const RENDER = 'render';

/** The arguments of a command line, before their values are parsed. */
export interface Arguments {
  readonly given: ReadonlyMap<FlagName, string>;
  readonly problems: string[];
  readonly mode: 'Help' | 'Version' | 'Render' | undefined;
  /** Files to render. */
  readonly files: readonly string[];
}

/** Sorts the arguments (without program names) into flags and files. */
export const readArguments = (argv: readonly string[]): Arguments => {
  const given = new Map<FlagName, string>();
  const problems: string[] = [];
  const files: string[] = [];
  let mode: Arguments['mode'];
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? '';
    if (argument === '--help' || argument === '-h') mode ??= 'Help';
    else if (argument === '--version') mode ??= 'Version';
    else if (argument === RENDER && at === 0) mode = 'Render';
    else if (mode === 'Render' && (argument === '-' || !argument.startsWith('-'))) files.push(argument);
    else {
      const [flag = '', inline] = split(argument);
      const name = FLAG_NAMES.find((one) => FLAGS[one].flag === flag);
      if (name === undefined) {
        problems.push(
          `${flag}: unknown flag; expected one of ${FLAG_NAMES.map((one) => FLAGS[one].flag).join(', ')}`,
        );
        continue;
      }
      const { isSwitch }: Flag = FLAGS[name];
      const value = inline ?? (isSwitch ? 'true' : argv[++at]);
      if (value === undefined || value === '' || (inline === undefined && value.startsWith('--'))) {
        problems.push(`${flag}: missing value; expected ${FLAGS[name].value}`);
        if (inline === undefined && value !== undefined) at--;
      } else if (given.has(name)) problems.push(`${flag}: given more than once; give it once`);
      else given.set(name, value);
    }
  }
  if (mode === 'Render' && files.length === 0)
    problems.push(`${RENDER}: missing files; expected the names of manifest files, or - for stdin`);
  return { given, problems, mode, files };
};

const split = (argument: string): readonly [string, string?] => {
  const equals = argument.indexOf('=');
  return argument.startsWith('--') && equals > 0
    ? [argument.slice(0, equals), argument.slice(equals + 1)]
    : [argument];
};
