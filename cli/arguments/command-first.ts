const WITH_VALUE: ReadonlySet<string> = new Set(['-n', '--namespace', '--context', '--kubeconfig']);
const FLAGS: ReadonlySet<string> = new Set(['-A', '--all-namespaces', '--direct']);
const JOINED = /^(-n.|--(namespace|context|kubeconfig)=)/;

/**
 * Puts the command in front of options that say where to look, as kubectl takes them on either side. What the
 * arguments of another form are is left to the parser.
 */
export const commandFirst = (argv: readonly string[]): readonly string[] => {
  let before = 0;
  for (let arg = argv[before]; arg !== undefined; arg = argv[before]) {
    if (WITH_VALUE.has(arg)) before += 2;
    else if (FLAGS.has(arg) || JOINED.test(arg)) before += 1;
    else break;
  }
  const [command = '-', ...rest] = argv.slice(before);
  return command.startsWith('-') ? argv : [command, ...argv.slice(0, before), ...rest];
};
