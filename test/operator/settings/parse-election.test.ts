import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSettings } from '../../../operator/settings/parse-settings.ts';

const IMAGE = '--proxy-image=registry.example/proxy:1';
const parse = (...argv: readonly string[]) => parseSettings([IMAGE, ...argv], {});
const problems = (...argv: readonly string[]) => {
  const command = parse(...argv);
  return command.command === 'Refused' ? command.problems : assert.fail(JSON.stringify(command));
};
const IN = '--leader-elect-namespace=system';

test('a namespace for the Lease is enough, and the default times are those of client-go', () => {
  const command = parse(IN);
  assert.ok(command.command === 'Run');
  assert.deepEqual(command.settings.election, {
    namespace: 'system',
    name: 'l4balancer-operator',
    leaseMs: 15_000,
    renewMs: 10_000,
    retryMs: 2_000,
  });
});

test('a missing namespace is reported once, with how to disable the election', () => {
  const [problem, ...more] = problems();
  assert.match(
    problem ?? '',
    /^--leader-elect-namespace \(or L4B_LEADER_ELECT_NAMESPACE\): not set;.*--leader-elect=false/,
  );
  assert.deepEqual(more, []);
  assert.equal(problems('--leader-elect-namespace=A').length, 1);
});

test('a single operator, a dry run and render need no namespace', () => {
  const alone = parse('--leader-elect=false');
  assert.ok(alone.command === 'Run' && alone.settings.election === undefined);
  assert.equal(parse('--dry-run').command, 'DryRun');
  assert.equal(parse('--dry-run=false', IN).command, 'Run');
  const render = parseSettings(['render', IMAGE, 'a.yaml', '--output=json', '-'], {});
  assert.ok(render.command === 'Render');
  assert.deepEqual([render.files, render.output], [['a.yaml', '-'], 'json']);
});

const BAD: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['yes', [IN, '--leader-elect=yes'], /^--leader-elect: expected true or false, found "yes"/],
  [
    'a duration without a unit',
    [IN, '--leader-elect-lease-duration=15'],
    /^--leader-elect-lease-duration: expected a duration from 1s to 1h/,
  ],
  [
    'a duration of zero',
    [IN, '--leader-elect-retry-period=0s'],
    /^--leader-elect-retry-period: expected a duration/,
  ],
  [
    'a deadline as long as the lease duration',
    [IN, '--leader-elect-renew-deadline=15s'],
    /^--leader-elect-renew-deadline: expected less than the lease duration of 15 s/,
  ],
  [
    'a retry period that is too long',
    [IN, '--leader-elect-retry-period=6s'],
    /^--leader-elect-retry-period: expected at most half/,
  ],
  ['a name in capitals', [IN, '--leader-elect-name=A'], /^--leader-elect-name: expected a name/],
];

for (const [what, argv, expected] of BAD)
  test(`${what} is refused, with what is expected`, () => {
    const found = problems(...argv);
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0] ?? '', expected);
  });

test('render needs files and a supported output format', () => {
  const refused = (argv: readonly string[]) => {
    const command = parseSettings(argv, {});
    return command.command === 'Refused' ? command.problems.join('\n') : assert.fail(JSON.stringify(command));
  };
  assert.match(refused(['render', IMAGE]), /^render: missing files; expected the names of manifest files/);
  assert.match(
    refused(['render', 'a.yaml', IMAGE, '--output=xml']),
    /^--output: expected yaml, json, found "xml"/,
  );
});
