import { type ListenAddress, parseListenAddress } from '../../program/listen-address.ts';
import type { ImageSettings } from '../desired/pod/render-settings.ts';
import type { ElectionSettings } from '../leader/join-election.ts';
import { LOG_LEVELS, type LogLevel } from '../log/log.ts';
import { PULL_POLICIES } from '../objects/pull-policy.ts';
import { OUTPUTS, type Output } from '../preview/output.ts';
import type { Rate } from '../throttle/token-bucket.ts';
import { FLAG_NAMES, FLAGS, type Flag, type FlagName } from './flags.ts';
import { namespaceNames } from './namespace-name.ts';
import { parseElection } from './parse-election.ts';

/** What the operator is told from outside. */
export interface Settings {
  readonly render: ImageSettings;
  readonly health: ListenAddress;
  readonly metrics: ListenAddress;
  readonly logLevel: LogLevel;
  readonly kubeconfig?: string;
  readonly workers: number;
  /** Undefined where there is only one operator. */
  readonly election: ElectionSettings | undefined;
  /** Of calls to the API server. */
  readonly rate: Rate;
  /** Where L4Balancers are looked after; empty for everywhere. */
  readonly namespaces: readonly string[];
  /** Name of this process in events: the pod's. */
  readonly instance: string;
}

export type Command =
  | { readonly command: 'Run'; readonly settings: Settings }
  /** Reads the cluster and says what would be done. */
  | { readonly command: 'DryRun'; readonly settings: Settings }
  /** Says what would be applied for manifest files. */
  | {
      readonly command: 'Render';
      readonly files: readonly string[];
      readonly output: Output;
      readonly images: ImageSettings;
    }
  | { readonly command: 'Help' }
  | { readonly command: 'Version' }
  /** Every problem there is: the name of what is wrong, what was found and what is expected. */
  | { readonly command: 'Refused'; readonly problems: readonly string[] };

export type Environment = Readonly<Record<string, string | undefined>>;

const MAX_WORKERS = 64;
const MAX_RATE = 10_000;
const RENDER = 'render';

/** Gives the value of a setting; notes a problem, and gives undefined, when it cannot be parsed. */
export type ReadValue = <T>(
  name: FlagName,
  parse: (text: string) => T | undefined,
  expected: string,
) => T | undefined;

/** Parses arguments (without program names) and environment; empty variables are unset. */
export const parseSettings = (argv: readonly string[], env: Environment): Command => {
  const { given, problems, asked, files } = readArguments(argv);
  if (asked === 'Help' || asked === 'Version') return { command: asked };

  const value: ReadValue = (name, parse, expected) => {
    const { flag, variable, fallback }: Flag = FLAGS[name];
    const fromFlag = given.get(name);
    const fromVariable = env[variable]?.trim() || undefined;
    const text = fromFlag ?? fromVariable ?? fallback;
    if (text === undefined) return undefined;
    const parsed = parse(text);
    const where = fromFlag === undefined && fromVariable !== undefined ? variable : flag;
    if (parsed === undefined) problems.push(`${where}: expected ${expected}, found ${JSON.stringify(text)}`);
    return parsed;
  };
  const oneOf =
    <T extends string>(allowed: readonly T[]) =>
    (text: string): T | undefined =>
      allowed.find((one) => one === text);
  const address = 'an address and port such as :8081, 127.0.0.1:8081 or [::1]:8081';

  const proxyImage = value(
    'proxyImage',
    imageName,
    'the name of an image without blanks, such as registry.example/l4balancer-proxy:1.0',
  );
  const pullPolicy = value('proxyImagePullPolicy', oneOf(PULL_POLICIES), PULL_POLICIES.join(', '));
  const health = value('healthAddress', parseListenAddress, address);
  const metrics = value('metricsAddress', parseListenAddress, address);
  const logLevel = value('logLevel', oneOf(LOG_LEVELS), LOG_LEVELS.join(', '));
  const workers = value('workers', numberUpTo(MAX_WORKERS), `a whole number from 1 to ${MAX_WORKERS}`);
  const apiRate = value('apiRate', numberUpTo(MAX_RATE), `a whole number from 1 to ${MAX_RATE}`);
  const isDryRun = value('dryRun', trueOrFalse, 'true or false');
  const output = value('output', oneOf(OUTPUTS), OUTPUTS.join(', '));
  const election = asked === 'Render' || isDryRun ? undefined : parseElection(value, problems);
  const namespaces = value(
    'namespaces',
    namespaceNames,
    'names of namespaces with commas between, such as shop,edge, each once',
  );
  // From the environment it may be a list of files, which kube/ knows to read.
  const kubeconfig = given.get('kubeconfig');

  const { flag, variable } = FLAGS.proxyImage;
  if (
    proxyImage === undefined &&
    !problems.some((problem) => problem.startsWith(flag) || problem.startsWith(variable))
  )
    problems.push(
      `${flag} (or ${variable}): not set; expected the image that proxy pods run, such as registry.example/l4balancer-proxy:1.0`,
    );
  if (
    !proxyImage ||
    !pullPolicy ||
    !health ||
    !metrics ||
    !logLevel ||
    !workers ||
    !apiRate ||
    problems.length > 0
  )
    return { command: 'Refused', problems };
  if (asked === 'Render')
    return { command: 'Render', files, output: output ?? 'yaml', images: { proxyImage, pullPolicy } };
  return {
    command: isDryRun ? 'DryRun' : 'Run',
    settings: {
      render: { proxyImage, pullPolicy },
      health,
      metrics,
      logLevel,
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      workers,
      election,
      rate: { perSecond: apiRate, burst: 2 * apiRate },
      namespaces: namespaces ?? [],
      instance: env.HOSTNAME?.trim() || 'l4balancer-operator',
    },
  };
};

interface Arguments {
  readonly given: ReadonlyMap<FlagName, string>;
  readonly problems: string[];
  readonly asked: 'Help' | 'Version' | 'Render' | undefined;
  /** Of render. */
  readonly files: readonly string[];
}

const readArguments = (argv: readonly string[]): Arguments => {
  const given = new Map<FlagName, string>();
  const problems: string[] = [];
  const files: string[] = [];
  let asked: Arguments['asked'];
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? '';
    if (argument === '--help' || argument === '-h') asked ??= 'Help';
    else if (argument === '--version') asked ??= 'Version';
    else if (argument === RENDER && at === 0) asked = 'Render';
    else if (asked === 'Render' && (argument === '-' || !argument.startsWith('-'))) files.push(argument);
    else {
      const [flag = '', inline] = split(argument);
      const name = FLAG_NAMES.find((one) => FLAGS[one].flag === flag);
      if (name === undefined) {
        problems.push(
          `${flag}: unknown; expected one of ${FLAG_NAMES.map((one) => FLAGS[one].flag).join(', ')}`,
        );
        continue;
      }
      const { isSwitch }: Flag = FLAGS[name];
      const value = inline ?? (isSwitch ? 'true' : argv[++at]);
      if (value === undefined || value === '' || (inline === undefined && value.startsWith('--'))) {
        problems.push(`${flag}: nothing follows; expected ${FLAGS[name].value}`);
        if (inline === undefined && value !== undefined) at--;
      } else if (given.has(name)) problems.push(`${flag}: given twice; expected it once`);
      else given.set(name, value);
    }
  }
  if (asked === 'Render' && files.length === 0)
    problems.push(`${RENDER}: nothing follows; expected the names of manifest files, or - for stdin`);
  return { given, problems, asked, files };
};

const split = (argument: string): readonly [string, string?] => {
  const equals = argument.indexOf('=');
  return argument.startsWith('--') && equals > 0
    ? [argument.slice(0, equals), argument.slice(equals + 1)]
    : [argument];
};

const imageName = (text: string): string | undefined =>
  /^[A-Za-z0-9][!-~]*$/.test(text) && !text.includes('://') ? text : undefined;

const trueOrFalse = (text: string): boolean | undefined =>
  text === 'true' ? true : text === 'false' ? false : undefined;

const numberUpTo =
  (most: number) =>
  (text: string): number | undefined => {
    const number = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
    return number >= 1 && number <= most ? number : undefined;
  };
