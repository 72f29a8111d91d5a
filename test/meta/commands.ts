import type { Check, Finding } from './finding.ts';
import { type Block, blocksOf, commandsOf, MARK } from './markdown.ts';
import type { SourceFile } from './tree.ts';

const NODE = String.raw`(?:node_modules/\.bin/)?node`;
/** Commands that end within seconds and change nothing: these are run as written. */
const CHEAP: readonly RegExp[] = [
  /^make(?: help)?$/,
  new RegExp(String.raw`^${NODE} [\w./-]+\.[jt]s(?: render)? --(?:help|version)$`),
  new RegExp(String.raw`^${NODE} bin/l4balancer-proxy\.js --check(?: [\w./-]+\.yaml)+$`),
  new RegExp(
    String.raw`^${NODE} bin/l4balancer-operator\.js render(?: [\w./-]+\.yaml)+ --proxy-image \S+(?: --output (?:json|yaml))?$`,
  ),
];

/** A line that looks like a command, to find those outside of sh blocks. Diagrams and output have none. */
const COMMAND_LINE =
  /^(?:\$ |(?:sudo |[A-Z_]+=\S+ )*(?:make|kubectl|helm|docker|npm|npx|git|curl|sysctl|systemctl|apt-get|argocd|flux|node|node_modules\/\.bin\/\S+)(?: [\w./"'$-]|$))/m;
const OTHER_SHELLS = ['bash', 'shell', 'zsh', 'console', 'shell-session'];

/** A command that is cheap enough for the check to run, and the page that shows it. */
export interface CheapCommand {
  readonly path: string;
  readonly line: number;
  readonly command: string;
  /** The last complete manifest that the page shows before the command. */
  readonly manifest: string;
}

const isPage = (path: string): boolean => path.endsWith('.md');

/** The cheap commands of a page. `fallback` is the manifest if the page shows none before the command. */
export const cheapCommands = ({ path, text }: SourceFile, fallback = ''): readonly CheapCommand[] => {
  if (!isPage(path)) return [];
  let manifest = fallback;
  return blocksOf(text).flatMap(({ language, body, line, mark }) => {
    if (language === 'yaml' && body.startsWith('apiVersion: l4balancer.dev/')) manifest = body;
    if (language !== 'sh' || mark !== undefined) return [];
    return commandsOf(body)
      .filter((command) => CHEAP.some((pattern) => pattern.test(command)))
      .map((command) => ({ path, line, command, manifest }));
  });
};

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Whether a test contains the words of a command in sequence, in one string or as a list of arguments. */
const hasCommand = (test: string, command: string): boolean => {
  const words = command.replace(/["']/g, '').split(/\s+/).map(escaped);
  return new RegExp(words.join('["\'`,\\s[\\]]+')).test(test);
};

/** Whether a test reads the block from the page: it names the page and the first words of the block. */
const readsBlock = (test: string, path: string, body: string): boolean => {
  const [first = ''] = body.replace(/^[#\s]+/, '').split('\n');
  const begin = first
    .split(/[\s:,.]+/)
    .slice(0, 3)
    .join(' ');
  return test.includes(path) && test.includes(begin);
};

/** Whether a test runs the program that the recipe of a make target starts, with the given arguments. */
const hasTarget = (test: string, command: string, makefile: string): boolean => {
  const [, target, args = ''] = /^make ([a-z0-9-]+)(?: ARGS=(.+))?$/.exec(command) ?? [];
  if (target === undefined) return false;
  const recipe = new RegExp(`^${target}:.*\\n((?:\\t.*\\n?)+)`, 'm').exec(makefile)?.[1] ?? '';
  const program = /(?:scripts|test|crds|e2e)\/[\w./-]+\.ts/.exec(recipe)?.[0];
  return (
    program !== undefined &&
    test.includes(program) &&
    args
      .replace(/["']/g, '')
      .split(/\s+/)
      .every((word) => test.includes(word))
  );
};

const ofBlock = (path: string, block: Block, files: ReadonlyMap<string, string>): readonly Finding[] => {
  const { language, body, line, mark } = block;
  const finding = (message: string): Finding => ({ path, line, message });
  if (OTHER_SHELLS.includes(language))
    return [finding(`is a block of "${language}": mark commands as sh, and output as text`)];
  if (language !== 'sh') {
    if (mark !== undefined) return [finding('has a mark for commands, but is not a block of sh')];
    return ['', 'text'].includes(language) && COMMAND_LINE.test(body)
      ? [finding('contains commands: mark the block as sh')]
      : [];
  }
  const commands = commandsOf(body);
  if (mark?.kind === 'not run')
    return mark.text.split(' ').length > 2 ? [] : [finding('does not give a reason why it is not run')];
  if (mark?.kind === 'run by') {
    const test = files.get(mark.text);
    if (test === undefined || !/^(?:(?:test|e2e)\/.*\.test\.ts|\.ci\/.*|\.github\/.*)$/.test(mark.text))
      return [finding(`claims to be run by ${mark.text}, which is not a test in the tree`)];
    if (readsBlock(test, path, body)) return [];
    return commands
      .filter((command) => !hasCommand(test, command))
      .filter((command) => !hasTarget(test, command, files.get('Makefile') ?? ''))
      .map((command) => finding(`shows \`${command}\`, which ${mark.text} neither runs nor reads from here`));
  }
  return commands
    .filter((command) => !CHEAP.some((pattern) => pattern.test(command)))
    .map((command) =>
      finding(`shows \`${command}\`, which no test runs: mark the block, see CONVENTIONS.md`),
    );
};

/**
 * Every command of a page is run by the test that its mark names or by this check, or is marked as not run.
 */
export const commandFindings =
  (files: ReadonlyMap<string, string>): Check =>
  ({ path, text }) => {
    if (!isPage(path)) return [];
    const blocks = blocksOf(text);
    const marks = text.split('\n').filter((line) => /^\s*<!--\s*(?:not run|run by)\b/.test(line));
    return [
      ...blocks.flatMap((block) => ofBlock(path, block, files)),
      ...marks
        .filter((line) => !MARK.test(line.trim()))
        .map((line) => ({ path, message: `has an incomplete mark: ${line}` })),
      ...(marks.filter((line) => MARK.test(line.trim())).length >
      blocks.filter(({ mark }) => mark !== undefined).length
        ? [{ path, message: 'has a mark without a block directly below it' }]
        : []),
    ];
  };
