import { type ListenAddress, parseListenAddress } from '../program/listen-address.ts';
import { type ImageSettings, PULL_POLICIES } from './desired/render.ts';
import { FLAG_NAMES, FLAGS, type Flag, type FlagName } from './flags.ts';
import { LOG_LEVELS, type LogLevel } from './telemetry/log.ts';

/** What the operator is told from outside. */
export interface Settings {
  readonly render: ImageSettings;
  readonly health: ListenAddress;
  readonly metrics: ListenAddress;
  readonly logLevel: LogLevel;
  readonly kubeconfig?: string;
  readonly workers: number;
  /** Where L4Balancers are looked after; empty for everywhere. */
  readonly namespaces: readonly string[];
  /** Name of this process in events: the pod's. */
  readonly instance: string;
}

export type Command =
  | { readonly command: 'Run'; readonly settings: Settings }
  | { readonly command: 'Help' }
  | { readonly command: 'Version' }
  /** Every problem there is: the name of what is wrong, what was found and what is expected. */
  | { readonly command: 'Refused'; readonly problems: readonly string[] };

export type Environment = Readonly<Record<string, string | undefined>>;

const MAX_WORKERS = 64;

/** Parses arguments (without program names) and environment; empty variables are unset. */
export const parseSettings = (argv: readonly string[], env: Environment): Command => {
  const { given, problems, asked } = readArguments(argv);
  if (asked !== undefined) return { command: asked };

  const value = <T>(
    name: FlagName,
    parse: (text: string) => T | undefined,
    expected: string,
  ): T | undefined => {
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
  const workers = value('workers', wholeNumber, `a whole number from 1 to ${MAX_WORKERS}`);
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
  if (!proxyImage || !pullPolicy || !health || !metrics || !logLevel || !workers || problems.length > 0)
    return { command: 'Refused', problems };
  return {
    command: 'Run',
    settings: {
      render: { proxyImage, pullPolicy },
      health,
      metrics,
      logLevel,
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      workers,
      namespaces: namespaces ?? [],
      instance: env.HOSTNAME?.trim() || 'l4balancer-operator',
    },
  };
};

interface Arguments {
  readonly given: ReadonlyMap<FlagName, string>;
  readonly problems: string[];
  readonly asked: 'Help' | 'Version' | undefined;
}

const readArguments = (argv: readonly string[]): Arguments => {
  const given = new Map<FlagName, string>();
  const problems: string[] = [];
  let asked: Arguments['asked'];
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? '';
    if (argument === '--help' || argument === '-h') asked ??= 'Help';
    else if (argument === '--version') asked ??= 'Version';
    else {
      const [flag = '', inline] = split(argument);
      const name = FLAG_NAMES.find((one) => FLAGS[one].flag === flag);
      if (name === undefined) {
        problems.push(
          `${flag}: unknown; expected one of ${FLAG_NAMES.map((one) => FLAGS[one].flag).join(', ')}`,
        );
        continue;
      }
      const value = inline ?? argv[++at];
      if (value === undefined || value === '' || (inline === undefined && value.startsWith('--'))) {
        problems.push(`${flag}: nothing follows; expected ${FLAGS[name].value}`);
        if (inline === undefined && value !== undefined) at--;
      } else if (given.has(name)) problems.push(`${flag}: given twice; expected it once`);
      else given.set(name, value);
    }
  }
  return { given, problems, asked };
};

const split = (argument: string): readonly [string, string?] => {
  const equals = argument.indexOf('=');
  return argument.startsWith('--') && equals > 0
    ? [argument.slice(0, equals), argument.slice(equals + 1)]
    : [argument];
};

const imageName = (text: string): string | undefined =>
  /^[A-Za-z0-9][!-~]*$/.test(text) && !text.includes('://') ? text : undefined;

/** A DNS label, as the API server asks of a namespace. */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

const namespaceNames = (text: string): readonly string[] | undefined => {
  const names = text.split(',').map((name) => name.trim());
  const isGood = names.every((name) => NAMESPACE.test(name)) && new Set(names).size === names.length;
  return isGood ? names : undefined;
};

const wholeNumber = (text: string): number | undefined => {
  const number = /^[0-9]{1,3}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= MAX_WORKERS ? number : undefined;
};
