import { parseArgs } from 'node:util';
import { nearest } from '../../crds/nearest.ts';

/** The command line, split into its parts but not yet validated. */
export interface Arguments {
  readonly help: boolean;
  readonly version: boolean;
  /** Query the running proxy for its readiness. */
  readonly probe: boolean;
  /** Files to check; undefined if --check was not given. */
  readonly check?: readonly string[];
  /** NAME=VALUE of the sysctls to write; undefined if --set-sysctls was not given. */
  readonly setSysctls?: readonly string[];
  readonly config?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly admin?: string;
  readonly acceptors?: string;
  readonly problems: readonly string[];
}

const WITH_VALUE = ['config', 'kubeconfig', 'context', 'admin', 'acceptors'] as const;
type WithValue = (typeof WITH_VALUE)[number];

const isWithValue = (name: string): name is WithValue => (WITH_VALUE as readonly string[]).includes(name);

/** Reads the arguments and never throws, so that all problems can be reported together. */
export const readArguments = (argv: readonly string[]): Arguments => {
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
      probe: { type: 'boolean' },
      check: { type: 'boolean' },
      'set-sysctls': { type: 'boolean' },
      config: { type: 'string' },
      kubeconfig: { type: 'string' },
      context: { type: 'string' },
      admin: { type: 'string' },
      acceptors: { type: 'string' },
    },
  });
  const problems: string[] = [];
  const values: Partial<Record<WithValue, string>> = {};
  const files: string[] = [];
  let help = false;
  let version = false;
  let probe = false;
  let check = false;
  let setSysctls = false;
  let unknown = false;
  for (const token of tokens) {
    if (token.kind === 'positional') files.push(token.value);
    if (token.kind !== 'option') continue;
    if (token.name === 'help') help = true;
    else if (token.name === 'version') version = true;
    else if (token.name === 'probe') probe = true;
    else if (token.name === 'check') {
      check = true;
      if (token.value !== undefined) files.push(token.value);
    } else if (token.name === 'set-sysctls') {
      setSysctls = true;
      if (token.value !== undefined) files.push(token.value);
    } else if (!isWithValue(token.name)) {
      unknown = true;
      const meant = nearest(token.name, [...WITH_VALUE, 'check', 'set-sysctls', 'probe', 'help', 'version']);
      problems.push(
        `${token.rawName}: no such flag; ${meant === undefined ? '--help lists them' : `did you mean --${meant}?`}`,
      );
    } else if (!token.value || (!token.inlineValue && token.value.startsWith('--')))
      problems.push(`${token.rawName}: expected a value, found none`);
    else values[token.name] = token.value;
  }
  if (check && files.length === 0)
    problems.push('--check: expected one or more manifest files, or - for stdin; found none');
  if (setSysctls && files.length === 0)
    problems.push(
      '--set-sysctls: expected one or more NAME=VALUE such as net.core.somaxconn=65535, found none',
    );
  if (setSysctls && check)
    problems.push('--set-sysctls: given together with --check; expected only one of them');
  // An argument after an unknown flag may be its value.
  if (!check && !setSysctls && !unknown)
    for (const file of files)
      problems.push(`${file}: unexpected argument; to serve a manifest file, use --config ${file}`);
  const given = check ? { check: files } : setSysctls ? { setSysctls: files } : {};
  return { help, version, probe, ...given, ...values, problems };
};
