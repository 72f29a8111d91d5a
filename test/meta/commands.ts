import type { Check, Finding } from './finding.ts';
import { type Block, blocksOf, commandsOf, MARK } from './markdown.ts';
import type { SourceFile } from './tree.ts';

const NODE = String.raw`(?:node_modules/\.bin/)?node`;
/** Commands that end within a second or two and change nothing: these are run as they stand. */
const CHEAP: readonly RegExp[] = [
  /^make(?: help)?$/,
  new RegExp(String.raw`^${NODE} [\w./-]+\.[jt]s(?: render)? --(?:help|version)$`),
  new RegExp(String.raw`^${NODE} bin/l4balancer-proxy\.js --check(?: [\w./-]+\.yaml)+$`),
  new RegExp(
    String.raw`^${NODE} bin/l4balancer-operator\.js render(?: [\w./-]+\.yaml)+ --proxy-image \S+(?: --output (?:json|yaml))?$`,
  ),
];

/** A command in a block that is not marked as one; drawings and outputs have none at the start of a line. */
const COMMAND_LINE =
  /^(?:\$ |(?:sudo |[A-Z_]+=\S+ )*(?:make|kubectl|helm|docker|npm|npx|git|curl|sysctl|systemctl|apt-get|argocd|flux|node|node_modules\/\.bin\/\S+)(?: [\w./"'$-]|$))/m;
const OTHER_SHELLS = ['bash', 'shell', 'zsh', 'console', 'shell-session'];

/** A command that is cheap enough to be run by the check itself, and the page that shows it. */
export interface CheapCommand {
  readonly path: string;
  readonly line: number;
  readonly command: string;
  /** The whole manifest that the page shows last before the command. */
  readonly manifest: string;
}

const isPage = (path: string): boolean => path.endsWith('.md');

/** With the manifest `otherwise` on a page that shows none before them. */
export const cheapCommands = ({ path, text }: SourceFile, otherwise = ''): readonly CheapCommand[] => {
  if (!isPage(path)) return [];
  let manifest = otherwise;
  return blocksOf(text).flatMap(({ language, body, line, mark }) => {
    if (language === 'yaml' && body.startsWith('apiVersion: l4balancer.dev/')) manifest = body;
    if (language !== 'sh' || mark !== undefined) return [];
    return commandsOf(body)
      .filter((command) => CHEAP.some((pattern) => pattern.test(command)))
      .map((command) => ({ path, line, command, manifest }));
  });
};

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** The words of a command in a row, be it in one string or as a list of arguments. */
const hasCommand = (test: string, command: string): boolean => {
  const words = command.replace(/["']/g, '').split(/\s+/).map(escaped);
  return new RegExp(words.join('["\'`,\\s[\\]]+')).test(test);
};

/** A test that takes the block from the page names the page and the first words of the block. */
const readsBlock = (test: string, path: string, body: string): boolean => {
  const [first = ''] = body.replace(/^[#\s]+/, '').split('\n');
  const begin = first
    .split(/[\s:,.]+/)
    .slice(0, 3)
    .join(' ');
  return test.includes(path) && test.includes(begin);
};

/** `make run` is the program that its recipe starts, with the arguments given. */
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
  const finding = (says: string): Finding => ({ path, line, says });
  if (OTHER_SHELLS.includes(language))
    return [finding(`is a block of "${language}": call it sh, and what is printed text`)];
  if (language !== 'sh') {
    if (mark !== undefined) return [finding('is marked like commands, but is not a block of sh')];
    return ['', 'text'].includes(language) && COMMAND_LINE.test(body)
      ? [finding('holds commands: call the block sh')]
      : [];
  }
  const commands = commandsOf(body);
  if (mark?.kind === 'not run')
    return mark.text.split(' ').length > 2 ? [] : [finding('gives no reason why it is not run')];
  if (mark?.kind === 'run by') {
    const test = files.get(mark.text);
    if (test === undefined || !/^(?:(?:test|e2e)\/.*\.test\.ts|\.ci\/.*|\.github\/.*)$/.test(mark.text))
      return [finding(`is run by ${mark.text}, which is no test of the tree`)];
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

/** Every command of a page is run by the test that its mark names or by this one, or is marked as not run. */
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
        .map((line) => ({ path, says: `has a mark that says nothing: ${line}` })),
      ...(marks.filter((line) => MARK.test(line.trim())).length >
      blocks.filter(({ mark }) => mark !== undefined).length
        ? [{ path, says: 'has a mark with no block right below it' }]
        : []),
    ];
  };
