import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FLAGS } from '../../../operator/settings/flags.ts';
import { parseSettings } from '../../../operator/settings/parse-settings.ts';
import type { Environment } from '../../../operator/settings/settings.ts';
import { USAGE } from '../../../operator/settings/usage.ts';

const IMAGE = '--proxy-image=registry.example/proxy:1';

const ALONE = '--leader-elect=false';

const settings = (argv: readonly string[], env: Environment = {}) => {
  const command = parseSettings([ALONE, ...argv], env);
  return command.command === 'Run' ? command.settings : assert.fail(JSON.stringify(command));
};
const problems = (argv: readonly string[], env: Environment = {}) => {
  const command = parseSettings([ALONE, ...argv], env);
  return command.command === 'Refused' ? command.problems : assert.fail(JSON.stringify(command));
};

test('the image of the proxy is enough, since everything else has a default', () => {
  assert.deepEqual(settings([IMAGE]), {
    render: { proxyImage: 'registry.example/proxy:1', pullPolicy: 'IfNotPresent' },
    health: { port: 8081 },
    metrics: { port: 8080 },
    page: { host: '127.0.0.1', port: 8082 },
    pageForTokens: false,
    logLevel: 'info',
    workers: 16,
    election: undefined,
    rate: { perSecond: 400, burst: 800 },
    namespaces: [],
    instance: 'l4balancer-operator',
  });
});

test('every flag is accepted in both forms', () => {
  const { kubeconfig, ...rest } = settings([
    '--proxy-image',
    'a:1',
    '--proxy-image-pull-policy=Never',
    '--health-address',
    '127.0.0.1:1',
    '--metrics-address=[::1]:2',
    '--page-address=[::1]:3',
    '--page-for-tokens',
    '--otlp-endpoint=http://collector:4318',
    '--log-level',
    'debug',
    '--kubeconfig=k',
    '--workers=9',
    '--api-rate=7',
    '--namespaces=shop, edge',
  ]);
  assert.equal(kubeconfig, 'k');
  assert.deepEqual(rest, {
    render: { proxyImage: 'a:1', pullPolicy: 'Never' },
    health: { host: '127.0.0.1', port: 1 },
    metrics: { host: '::1', port: 2 },
    page: { host: '::1', port: 3 },
    pageForTokens: true,
    otlpEndpoint: 'http://collector:4318',
    logLevel: 'debug',
    workers: 9,
    election: undefined,
    rate: { perSecond: 7, burst: 14 },
    namespaces: ['shop', 'edge'],
    instance: 'l4balancer-operator',
  });
});

test('a flag overrides the environment, the environment overrides the default, and an empty variable is unset', () => {
  const env = { L4B_PROXY_IMAGE: 'env:1', L4B_LOG_LEVEL: 'warn', L4B_WORKERS: ' ', HOSTNAME: 'pod-7' };
  const { render, logLevel, workers, instance } = settings(['--log-level=error'], env);
  assert.deepEqual([render.proxyImage, logLevel, workers, instance], ['env:1', 'error', 16, 'pod-7']);
});

const BAD: readonly (readonly [string, readonly string[], Environment, RegExp])[] = [
  ['no image', [], {}, /^--proxy-image \(or L4B_PROXY_IMAGE\): not set; expected the image/],
  [
    'an image with a scheme',
    ['--proxy-image=https://a/b'],
    {},
    /^--proxy-image: expected the name of an image/,
  ],
  [
    'an image with spaces',
    [],
    { L4B_PROXY_IMAGE: 'a b' },
    /^L4B_PROXY_IMAGE: expected the name of an image.*found "a b"/,
  ],
  [
    'an unknown flag',
    [IMAGE, '--proxy-imgae=x'],
    {},
    /^--proxy-imgae: unknown flag; expected one of --proxy-image,/,
  ],
  [
    'a collector without a scheme',
    [IMAGE],
    { L4B_OTLP_ENDPOINT: 'collector:4318' },
    /^L4B_OTLP_ENDPOINT: expected the base URL of a collector such as .*, found "collector:4318"$/,
  ],
  ['an argument that is not a flag', [IMAGE, 'run'], {}, /^run: unknown/],
  ['a flag without a value', [IMAGE, '--log-level'], {}, /^--log-level: missing value; expected LEVEL/],
  ['a flag instead of a value', ['--log-level', IMAGE], {}, /^--log-level: missing value/],
  ['a flag with an empty value', [IMAGE, '--log-level='], {}, /^--log-level: missing value/],
  [
    'an invalid name of a namespace',
    [IMAGE, '--namespaces=a,B'],
    {},
    /^--namespaces: expected names .*found "a,B"/,
  ],
  ['a namespace twice', [IMAGE, '--namespaces=a,a'], {}, /^--namespaces: expected names .* not repeated/],
  ['a trailing comma', [IMAGE, '--namespaces=a,'], {}, /^--namespaces: expected names/],
  ['a flag twice', [IMAGE, IMAGE], {}, /^--proxy-image: given more than once/],
  [
    'an unknown level',
    [IMAGE, '--log-level=loud'],
    {},
    /^--log-level: expected error, warn, info, debug, found "loud"/,
  ],
  ['an unknown policy', [IMAGE, '--proxy-image-pull-policy=x'], {}, /IfNotPresent, Always, Never, found "x"/],
  [
    'an address without a port',
    [IMAGE, '--health-address=localhost'],
    {},
    /^--health-address: expected an address and port/,
  ],
  [
    'a port that is too high',
    [IMAGE],
    { L4B_METRICS_ADDRESS: ':70000' },
    /^L4B_METRICS_ADDRESS: expected an address/,
  ],
  [
    'a number of zero workers',
    [IMAGE, '--workers=0'],
    {},
    /^--workers: expected an integer from 1 to 64, found "0"/,
  ],
  ['a fractional number of workers', [IMAGE, '--workers=1.5'], {}, /^--workers: expected an integer/],
];

for (const [what, argv, env, message] of BAD)
  test(`${what} is refused once, with a message`, () => {
    const found = problems(argv, env);
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0] ?? '', message);
  });

test('all problems are reported at once', () => {
  assert.equal(problems(['--workers=x', '--log-level=y', '--what']).length, 4);
});

test('help and version work whatever else is wrong', () => {
  assert.equal(parseSettings(['--what', '--help'], {}).command, 'Help');
  assert.equal(parseSettings(['--version'], {}).command, 'Version');
});

test('help lists every flag with its variable and default', () => {
  for (const { flag, variable, ...rest } of Object.values(FLAGS)) {
    const line = USAGE.split('\n').find((text) => text.startsWith(`${flag} `)) ?? '';
    assert.ok(line.includes(variable), flag);
    if ('fallback' in rest) assert.ok(line.includes(rest.fallback), flag);
  }
});

test('the page is at a loopback address, where it needs no token, or nowhere', () => {
  assert.equal(settings([IMAGE, '--page-address=off']).page, undefined);
  assert.deepEqual(settings([IMAGE, '--page-address=127.3.4.5:0']).page, { host: '127.3.4.5', port: 0 });
  for (const address of [':8082', '0.0.0.0:8082', '10.0.0.1:8082', '[::]:8082', '8082', 'localhost:8082'])
    assert.deepEqual(problems([IMAGE, `--page-address=${address}`]), [
      `--page-address: expected a loopback address and port such as 127.0.0.1:8082 or [::1]:8082, or off; --page-for-tokens serves others, found "${address}"`,
    ]);
});
