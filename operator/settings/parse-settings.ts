import { parseListenAddress } from '../../program/listen-address.ts';
import { LOG_LEVELS } from '../../program/log.ts';
import { PULL_POLICIES } from '../objects/pull-policy.ts';
import { OUTPUTS } from '../preview/output.ts';
import { FLAGS } from './flags.ts';
import { namespaceNames } from './namespace-name.ts';
import { parsePageAddress } from './page-address.ts';
import { parseElection } from './parse-election.ts';
import { readArguments } from './read-arguments.ts';
import type { Command, Environment } from './settings.ts';
import { booleanOf, collectorUrl, imageName, integerUpTo, oneOf, valueReader } from './values.ts';

const MAX_WORKERS = 64;
const MAX_RATE = 10_000;

/** Parses arguments (without program names) and environment; empty variables are unset. */
export const parseSettings = (argv: readonly string[], env: Environment): Command => {
  const { given, problems, mode, files } = readArguments(argv);
  if (mode === 'Help' || mode === 'Version') return { command: mode };

  const value = valueReader(given, env, problems);
  const address = 'an address and port such as :8081, 127.0.0.1:8081 or [::1]:8081';

  const proxyImage = value(
    'proxyImage',
    imageName,
    'the name of an image without spaces, such as registry.example/l4balancer-proxy:1.0',
  );
  const pullPolicy = value('proxyImagePullPolicy', oneOf(PULL_POLICIES), PULL_POLICIES.join(', '));
  const health = value('healthAddress', parseListenAddress, address);
  const metrics = value('metricsAddress', parseListenAddress, address);
  const page = value(
    'pageAddress',
    parsePageAddress,
    'a loopback address and port such as 127.0.0.1:8082 or [::1]:8082, or off; --page-for-tokens serves others',
  );
  const pageForTokens = value('pageForTokens', booleanOf, 'true or false');
  const otlpEndpoint = value(
    'otlpEndpoint',
    collectorUrl,
    'the base URL of a collector such as http://collector.observability:4318',
  );
  const logLevel = value('logLevel', oneOf(LOG_LEVELS), LOG_LEVELS.join(', '));
  const workers = value('workers', integerUpTo(MAX_WORKERS), `an integer from 1 to ${MAX_WORKERS}`);
  const apiRate = value('apiRate', integerUpTo(MAX_RATE), `an integer from 1 to ${MAX_RATE}`);
  const isDryRun = value('dryRun', booleanOf, 'true or false');
  const output = value('output', oneOf(OUTPUTS), OUTPUTS.join(', '));
  const election = mode === 'Render' || isDryRun ? undefined : parseElection(value, problems);
  const namespaces = value(
    'namespaces',
    namespaceNames,
    'names of namespaces separated by commas and not repeated, such as shop,edge',
  );
  // KUBECONFIG in the environment may be a list of files, which kube/ reads.
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
    !page ||
    !logLevel ||
    !workers ||
    !apiRate ||
    problems.length > 0
  )
    return { command: 'Refused', problems };
  if (mode === 'Render')
    return { command: 'Render', files, output: output ?? 'yaml', images: { proxyImage, pullPolicy } };
  return {
    command: isDryRun ? 'DryRun' : 'Run',
    settings: {
      render: { proxyImage, pullPolicy },
      health,
      metrics,
      page: page === 'off' ? undefined : page,
      pageForTokens: pageForTokens === true,
      ...(otlpEndpoint === undefined ? {} : { otlpEndpoint }),
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
