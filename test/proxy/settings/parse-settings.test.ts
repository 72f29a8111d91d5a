import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSettings } from '../../../proxy/settings/parse-settings.ts';
import type { Environment } from '../../../proxy/settings/settings.ts';

const FILE = ['--config', 'edge.yaml'];
const KUBERNETES = { L4B_NAMESPACE: 'default', L4B_NAME: 'edge' };

/** The settings of arguments that must be valid. */
const settings = (argv: readonly string[], env: Environment = {}) => {
  const command = parseSettings(argv, env);
  assert.equal(command.command, 'Run', JSON.stringify(command));
  return command.command === 'Run' ? command.settings : assert.fail();
};
const problems = (argv: readonly string[], env: Environment = {}) => {
  const command = parseSettings(argv, env);
  return command.command === 'Refused' ? command.problems : [];
};

test('a manifest file is sufficient, and everything else has a default', () => {
  assert.deepEqual(settings(FILE), {
    source: { kind: 'File', path: 'edge.yaml' },
    admin: { port: 9901 },
    gracePeriodMs: 60_000,
  });
});

test('namespace and name are sufficient, and everything else has a default', () => {
  assert.deepEqual(settings([], KUBERNETES), {
    source: { kind: 'Kubernetes', namespace: 'default', name: 'edge', location: {} },
    admin: { port: 9901 },
    gracePeriodMs: 60_000,
  });
});

test('every variable is read', () => {
  assert.deepEqual(
    settings([], {
      ...KUBERNETES,
      KUBECONFIG: '/k',
      NUM_ACCEPTORS: '16',
      LOG_LEVEL: 'warn',
      L4B_ADMIN: '[::1]:99',
      L4B_FILE_DESCRIPTORS: '1048576',
      L4B_GRACE_PERIOD: '1m30s',
      L4B_DRAIN_DELAY: '500ms',
      L4B_POD: 'edge-x',
      HOSTNAME: 'n1',
      L4B_NODE: 'n1',
      L4B_ZONE: 'a',
    }),
    {
      source: {
        kind: 'Kubernetes',
        namespace: 'default',
        name: 'edge',
        pod: 'edge-x',
        location: { node: 'n1', zone: 'a' },
        kubeconfig: '/k',
      },
      acceptors: 16,
      logLevel: 'warn',
      admin: { host: '::1', port: 99 },
      fileDescriptors: 1_048_576,
      gracePeriodMs: 90_000,
      drainDelayMs: 500,
    },
  );
});

test('flags take precedence over the environment', () => {
  const taken = settings(['--config=a.yaml', '--acceptors', '2', '--admin', ':1'], {
    ...KUBERNETES,
    NUM_ACCEPTORS: '16',
    L4B_ADMIN: ':2',
  });
  assert.deepEqual(
    [taken.source, taken.acceptors, taken.admin],
    [{ kind: 'File', path: 'a.yaml' }, 2, { port: 1 }],
  );
});

test('LOG_LEVEL takes precedence over RUST_LOG, which accepts the syntax of the tuning guide', () => {
  const level = (env: Environment) => settings(FILE, env).logLevel;
  assert.equal(level({ RUST_LOG: 'layer4=error' }), 'error');
  assert.equal(level({ RUST_LOG: 'info' }), 'info');
  assert.equal(level({ RUST_LOG: 'error', LOG_LEVEL: 'debug' }), 'debug');
  assert.equal(level({ RUST_LOG: '', LOG_LEVEL: '' }), undefined);
});

test('--help, --version and --check are commands of their own', () => {
  assert.deepEqual(parseSettings(['--help'], {}), { command: 'Help' });
  assert.deepEqual(parseSettings(['-h', '--nonsense'], {}), { command: 'Help' });
  assert.deepEqual(parseSettings(['--version'], {}), { command: 'Version' });
  assert.deepEqual(parseSettings(['--check', 'a', 'b', '-'], {}), {
    command: 'Check',
    files: ['a', 'b', '-'],
    admin: { port: 9901 },
  });
  assert.deepEqual(parseSettings(['--check', 'a'], { L4B_ADMIN: '127.0.0.1:9902' }), {
    command: 'Check',
    files: ['a'],
    admin: { host: '127.0.0.1', port: 9902 },
  });
  assert.deepEqual(parseSettings(['--check=a'], { NUM_ACCEPTORS: 'x' }), {
    command: 'Check',
    files: ['a'],
    admin: { port: 9901 },
  });
});

const BAD: readonly {
  readonly argv?: readonly string[];
  readonly env?: Environment;
  readonly says: RegExp;
}[] = [
  {
    argv: [],
    says: /^L4B_CONFIG: not set, so there is nothing to serve; expected a manifest file .* or L4B_NAMESPACE and L4B_NAME/,
  },
  {
    argv: [],
    env: { L4B_NAME: 'edge' },
    says: /^L4B_NAMESPACE: not set; expected the namespace of the L4Balancer "edge"$/,
  },
  { argv: [], env: { L4B_NAMESPACE: 'a' }, says: /^L4B_NAME: not set; .*namespace "a"$/ },
  {
    argv: [],
    env: { L4B_CONFIG: 'f', ...KUBERNETES },
    says: /^L4B_CONFIG: set together with L4B_NAMESPACE/,
  },
  { env: { NUM_ACCEPTORS: '0' }, says: /^NUM_ACCEPTORS: expected an integer from 1 to 256, found "0"$/ },
  { env: { NUM_ACCEPTORS: '257' }, says: /^NUM_ACCEPTORS: .*found "257"$/ },
  { env: { NUM_ACCEPTORS: '2.5' }, says: /^NUM_ACCEPTORS: .*found "2.5"$/ },
  { env: { NUM_ACCEPTORS: 'many' }, says: /^NUM_ACCEPTORS: .*found "many"$/ },
  { argv: [...FILE, '--acceptors', '-1'], says: /^--acceptors: / },
  { argv: [...FILE, '--acceptors'], says: /^--acceptors: expected a value, found none$/ },
  { argv: ['--config', '--acceptors', '2'], says: /^--config: expected a value, found none$/ },
  { env: { LOG_LEVEL: 'loud' }, says: /^LOG_LEVEL: expected error, warn, info or debug, found "loud"$/ },
  {
    env: { RUST_LOG: 'layer4=loud' },
    says: /^RUST_LOG: expected a level such as error, .*found "layer4=loud"$/,
  },
  {
    env: { L4B_ADMIN: '9901' },
    says: /^L4B_ADMIN: expected an address and port such as :9901, .*found "9901"$/,
  },
  {
    env: { L4B_FILE_DESCRIPTORS: '10' },
    says: /^L4B_FILE_DESCRIPTORS: expected an integer from 64 to 1048576, found "10"$/,
  },
  {
    env: { L4B_GRACE_PERIOD: '60' },
    says: /^L4B_GRACE_PERIOD: expected a duration of at most 24h such as 500ms, 5s or 1h30m, found "60"$/,
  },
  { env: { L4B_GRACE_PERIOD: '24h1ms' }, says: /^L4B_GRACE_PERIOD: expected a duration of at most 24h/ },
  { env: { L4B_DRAIN_DELAY: '1000h' }, says: /^L4B_DRAIN_DELAY: expected a duration of at most 24h/ },
  {
    env: { L4B_DRAIN_DELAY: '60s' },
    says: /^L4B_DRAIN_DELAY: 60s leaves no time of L4B_GRACE_PERIOD \(60s, the default\) for .*; expected a shorter delay$/,
  },
  {
    env: { L4B_DRAIN_DELAY: '3s', L4B_GRACE_PERIOD: '2s' },
    says: /^L4B_DRAIN_DELAY: 3s leaves no time of L4B_GRACE_PERIOD \(2s\)/,
  },
  { env: { L4B_DRAIN_DELAY: '-5s' }, says: /^L4B_DRAIN_DELAY: expected a duration/ },
  { argv: [...FILE, '--acceptor', '2'], says: /^--acceptor: no such flag; did you mean --acceptors\?$/ },
  {
    argv: ['edge.yaml'],
    says: /^edge\.yaml: unexpected argument; to serve a manifest file, use --config edge\.yaml$/,
  },
  { argv: ['--check'], says: /^--check: expected one or more manifest files, or - for stdin; found none$/ },
];

for (const { argv = FILE, env = {}, says } of BAD)
  test(`the settings "${[...argv, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)].join(' ')}" are rejected`, () => {
    const reported = problems(argv, env);
    assert.ok(
      reported.some((problem) => says.test(problem)),
      JSON.stringify(reported),
    );
  });

test('--kubeconfig takes precedence over KUBECONFIG', () => {
  assert.deepEqual(
    settings(['--kubeconfig', 'a', '--context', 'b'], { ...KUBERNETES, KUBECONFIG: 'c' }).source,
    {
      kind: 'Kubernetes',
      namespace: 'default',
      name: 'edge',
      location: {},
      kubeconfig: 'a',
      context: 'b',
    },
  );
});

test('a misspelt flag is the only reported problem if it may be the cause of others', () => {
  assert.deepEqual(problems(['--confg', 'edge.yaml']), ['--confg: no such flag; did you mean --config?']);
});

test('all problems are reported together', () => {
  const reported = problems([], {
    NUM_ACCEPTORS: '0',
    LOG_LEVEL: 'x',
    L4B_ADMIN: 'x',
    L4B_GRACE_PERIOD: 'x',
  });
  assert.deepEqual(
    reported.map((problem) => problem.split(':')[0]),
    ['L4B_CONFIG', 'NUM_ACCEPTORS', 'LOG_LEVEL', 'L4B_ADMIN', 'L4B_GRACE_PERIOD'],
  );
});

test('--set-sysctls parses its assignments and names each invalid one', () => {
  assert.deepEqual(parseSettings(['--set-sysctls', 'net.core.somaxconn=1', 'net.ipv4.tcp_rmem=1 2 3'], {}), {
    command: 'SetSysctls',
    assignments: [
      { name: 'net.core.somaxconn', value: '1' },
      { name: 'net.ipv4.tcp_rmem', value: '1 2 3' },
    ],
  });
  assert.match(problems(['--set-sysctls', 'vm.swappiness=1'])[0] ?? '', /found "vm.swappiness=1"/);
  assert.match(problems(['--set-sysctls'])[0] ?? '', /found none/);
  assert.match(problems(['--set-sysctls', '--check', 'a'])[0] ?? '', /together with --check/);
});
