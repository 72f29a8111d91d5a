import { durationMs } from '../../crds/duration.ts';
import { duration } from '../../crds/scalars.ts';
import { parseLogLevel, parseRustLog } from '../log/log-level.ts';
import { parseAssignment } from '../tuning/set-sysctls.ts';
import { readAdminAddress } from './admin-address.ts';
import { type Arguments, readArguments } from './arguments.ts';
import type { Command, Environment, SourceSettings } from './settings.ts';

export const MAX_ACCEPTORS = 256;
const MAX_FILE_DESCRIPTORS = 1_048_576; // fs.nr_open of every stock kernel
const MAX_STOP_MS = 24 * 3_600_000; // like the resource; timers wait at most 24.8 days

/** A value and the name of the flag or variable that it comes from, as problems quote it. */
interface Given {
  readonly name: string;
  readonly text: string;
}

/**
 * Parses arguments (without program names) and environment. Flags take precedence over the environment; empty
 * variables count as not set.
 */
export const parseSettings = (argv: readonly string[], env: Environment): Command => {
  const args = readArguments(argv);
  if (args.help) return { command: 'Help' };
  if (args.version) return { command: 'Version' };
  if (args.check !== undefined) {
    const { address, problem } = readAdminAddress(args.admin, env.L4B_ADMIN);
    const wrong = [...args.problems, ...(problem === undefined ? [] : [problem])];
    return wrong.length > 0
      ? { command: 'Refused', problems: wrong }
      : { command: 'Check', files: args.check, admin: address };
  }
  if (args.setSysctls !== undefined) return sysctlCommand(args.setSysctls, args.problems);

  const problems = [...args.problems];
  const given = (variable: string, flag?: string, fromFlag?: string): Given | undefined => {
    if (flag !== undefined && fromFlag !== undefined) return { name: flag, text: fromFlag };
    const text = env[variable]?.trim();
    return text === undefined || text === '' ? undefined : { name: variable, text };
  };
  const parsed = <T>(from: Given | undefined, parse: (text: string) => T | undefined, expected: string) => {
    if (from === undefined) return undefined;
    const value = parse(from.text);
    if (value === undefined)
      problems.push(`${from.name}: expected ${expected}, found ${JSON.stringify(from.text)}`);
    return value;
  };

  const source = readSource(args, given, problems);
  const acceptors = parsed(
    given('NUM_ACCEPTORS', '--acceptors', args.acceptors),
    (text) => integer(text, 1, MAX_ACCEPTORS),
    `an integer from 1 to ${MAX_ACCEPTORS}`,
  );
  const level =
    parsed(given('LOG_LEVEL'), parseLogLevel, 'error, warn, info or debug') ??
    (given('LOG_LEVEL') === undefined
      ? parsed(given('RUST_LOG'), parseRustLog, 'a level such as error, or module=level such as layer4=error')
      : undefined);
  const admin = readAdminAddress(args.admin, env.L4B_ADMIN);
  if (admin.problem !== undefined) problems.push(admin.problem);
  const fileDescriptors = parsed(
    given('L4B_FILE_DESCRIPTORS'),
    (text) => integer(text, 64, MAX_FILE_DESCRIPTORS),
    `an integer from 64 to ${MAX_FILE_DESCRIPTORS}`,
  );
  const time = (variable: string) =>
    parsed(given(variable), parseStopTime, 'a duration of at most 24h such as 500ms, 5s or 1h30m');
  const gracePeriodMs = time('L4B_GRACE_PERIOD') ?? 60_000;
  const drainDelayMs = time('L4B_DRAIN_DELAY');
  if (drainDelayMs !== undefined && drainDelayMs >= gracePeriodMs)
    problems.push(
      `L4B_DRAIN_DELAY: ${given('L4B_DRAIN_DELAY')?.text} leaves no time of L4B_GRACE_PERIOD (${given('L4B_GRACE_PERIOD')?.text ?? '60s, the default'}) for open connections to end; expected a shorter delay`,
    );

  if (problems.length > 0 || source === undefined) return { command: 'Refused', problems };
  return {
    command: 'Run',
    settings: {
      source,
      ...(acceptors === undefined ? {} : { acceptors }),
      ...(level === undefined ? {} : { logLevel: level }),
      admin: admin.address,
      ...(fileDescriptors === undefined ? {} : { fileDescriptors }),
      gracePeriodMs,
      ...(drainDelayMs === undefined ? {} : { drainDelayMs }),
    },
  };
};

const sysctlCommand = (texts: readonly string[], found: readonly string[]): Command => {
  const read = texts.map((text) => ({ text, assignment: parseAssignment(text) }));
  const problems = [
    ...found,
    ...read.flatMap(({ text, assignment }) =>
      assignment === undefined
        ? [
            `--set-sysctls: expected NAME=VALUE of a pod's sysctl, such as net.core.somaxconn=65535, found ${JSON.stringify(text)}`,
          ]
        : [],
    ),
  ];
  return problems.length > 0
    ? { command: 'Refused', problems }
    : { command: 'SetSysctls', assignments: read.flatMap(({ assignment }) => assignment ?? []) };
};

const readSource = (
  args: Arguments,
  given: (variable: string, flag?: string, fromFlag?: string) => Given | undefined,
  problems: string[],
): SourceSettings | undefined => {
  const file = given('L4B_CONFIG', '--config', args.config);
  const namespace = given('L4B_NAMESPACE')?.text;
  const name = given('L4B_NAME')?.text;
  if (file !== undefined && file.name === 'L4B_CONFIG' && (namespace !== undefined || name !== undefined)) {
    problems.push(
      'L4B_CONFIG: set together with L4B_NAMESPACE or L4B_NAME; expected either a manifest file or a resource, not both',
    );
    return undefined;
  }
  if (file !== undefined) return { kind: 'File', path: file.text };
  if (namespace !== undefined && name !== undefined) {
    const kubeconfig = given('KUBECONFIG', '--kubeconfig', args.kubeconfig)?.text;
    // Pods of the first revision have only the host name, which is the pod's unless it uses the host network.
    const pod = (given('L4B_POD') ?? given('HOSTNAME'))?.text;
    const node = given('L4B_NODE')?.text;
    const zone = given('L4B_ZONE')?.text;
    return {
      kind: 'Kubernetes',
      namespace,
      name,
      ...(pod === undefined ? {} : { pod }),
      location: { ...(node === undefined ? {} : { node }), ...(zone === undefined ? {} : { zone }) },
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(args.context === undefined ? {} : { context: args.context }),
    };
  }
  // A misspelt flag may be the cause, so its problem alone is reported.
  if (args.problems.length > 0) return undefined;
  if (namespace === undefined && name === undefined)
    problems.push(
      'L4B_CONFIG: not set, so there is nothing to serve; expected a manifest file (--config FILE or L4B_CONFIG), or L4B_NAMESPACE and L4B_NAME of a resource',
    );
  else if (namespace === undefined)
    problems.push(`L4B_NAMESPACE: not set; expected the namespace of the L4Balancer ${JSON.stringify(name)}`);
  else
    problems.push(
      `L4B_NAME: not set; expected the name of an L4Balancer in namespace ${JSON.stringify(namespace)}`,
    );
  return undefined;
};

const integer = (text: string, least: number, most: number): number | undefined => {
  if (!/^[0-9]{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
};

const parseStopTime = (text: string): number | undefined => {
  if (!duration.safeParse(text).success) return undefined;
  const ms = durationMs(text);
  return ms <= MAX_STOP_MS ? ms : undefined;
};
