import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions, usage } from './options.ts';

const NAMES = ['keep-alive', 'bulk-1'];
const parse = (...argv: string[]) => parseOptions(argv, NAMES);

test('nothing given measures every line, five rounds of three seconds', () => {
  assert.deepEqual(parse(), {
    command: 'Run',
    options: { rounds: 5, seconds: 3, only: undefined, output: 'table' },
  });
});

test('every option is taken, and --only more than once', () => {
  assert.deepEqual(
    parse('--rounds', '7', '--seconds=1', '--only', 'bulk-1', '--only', 'keep-alive', '--output', 'json'),
    {
      command: 'Run',
      options: { rounds: 7, seconds: 1, only: ['bulk-1', 'keep-alive'], output: 'json' },
    },
  );
});

test('--help wins', () => {
  assert.deepEqual(parse('--help', '--rounds', 'x'), { command: 'Help' });
  assert.match(usage([{ name: 'keep-alive', title: 'requests' }]), /keep-alive {6}requests/);
});

test('what is wrong is named, with what was found and what is expected', () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['--rounds', '0'], /--rounds: expected a whole number from 1 to 100, found "0"/],
    [['--rounds', '1e2'], /--rounds/],
    [['--seconds', '601'], /--seconds: expected a whole number from 1 to 600, found "601"/],
    [['--seconds', '2.5'], /--seconds/],
    [['--only', 'udp'], /--only: no line is called "udp"; expected keep-alive, bulk-1/],
    [['--output', 'csv'], /--output: expected table or json, found "csv"/],
    [['--fast'], /--fast/],
    [['keep-alive'], /keep-alive/],
  ];
  for (const [argv, expected] of cases) {
    const command = parse(...argv);
    assert.equal(command.command, 'Refused', argv.join(' '));
    assert.match(command.problems.join('\n'), expected);
  }
});

test('all problems are told at once', () => {
  const command = parse('--rounds', 'x', '--seconds', 'y', '--only', 'z');
  assert.ok(command.command === 'Refused' && command.problems.length === 3);
});
