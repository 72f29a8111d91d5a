import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions, usage } from './options.ts';

const NAMES = ['keep-alive', 'bulk-1', 'bulk-64'];
const parse = (...argv: string[]) => parseOptions(argv, NAMES);
const DEFAULTS = {
  rotations: 7,
  seconds: 3,
  threads: undefined,
  lines: undefined,
  place: 'both',
  sysctls: 'both',
  json: undefined,
  add: false,
} as const;

test('nothing given measures every line everywhere, seven rotations of three seconds', () => {
  assert.deepEqual(parse(), { command: 'Run', options: DEFAULTS });
});

test('every option is taken', () => {
  const argv = '--rotations 9 --seconds=1 --threads 4 --place namespaces --sysctls guide --json a.json --add';
  assert.deepEqual(parse(...argv.split(' ')), {
    command: 'Run',
    options: {
      ...{ rotations: 9, seconds: 1, threads: 4, lines: undefined },
      ...{ place: 'namespaces', sysctls: 'guide', json: 'a.json', add: true },
    },
  });
});

test('lines are named with commas, more than once, or by how they begin, and keep their order', () => {
  const linesOf = (...argv: string[]) => {
    const command = parse(...argv);
    return command.command === 'Run' ? command.options.lines : command;
  };
  assert.deepEqual(linesOf('--lines', 'bulk-1,keep-alive'), ['keep-alive', 'bulk-1']);
  assert.deepEqual(linesOf('--lines', 'bulk-64', '--lines', 'bulk-1'), ['bulk-1', 'bulk-64']);
  assert.deepEqual(linesOf('--lines', 'bulk-*'), ['bulk-1', 'bulk-64']);
});

test('--help wins, and --show measures nothing', () => {
  assert.deepEqual(parse('--help', '--rotations', 'x'), { command: 'Help' });
  assert.deepEqual(parse('--show', 'a.json'), { command: 'Show', file: 'a.json' });
  const long = 'a-line-whose-name-is-longer-than-most-others';
  const text = usage([
    { name: 'keep-alive', title: 'requests' },
    { name: long, title: 'streams' },
  ]);
  assert.match(text, /keep-alive +requests/);
  assert.match(text, new RegExp(`${long} +streams`));
});

test('what is wrong is named, with what was found and what is expected', () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['--rotations', '0'], /--rotations: expected a whole number from 1 to 100, found "0"/],
    [['--rotations', '1e2'], /--rotations/],
    [['--seconds', '601'], /--seconds: expected a whole number from 1 to 600, found "601"/],
    [['--seconds', '2.5'], /--seconds/],
    [['--threads', '65'], /--threads: expected a whole number from 1 to 64, found "65"/],
    [['--lines', 'udp'], /--lines: no line is called "udp"; expected keep-alive, bulk-1/],
    [['--lines', 'udp*'], /--lines: no line is called "udp\*"/],
    [['--place', 'moon'], /--place: expected loopback or namespaces or both, found "moon"/],
    [['--sysctls', 'mine'], /--sysctls: expected default or guide or both, found "mine"/],
    [['--add'], /--add: needs --json FILE/],
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
  const command = parse('--rotations', 'x', '--seconds', 'y', '--lines', 'z');
  assert.ok(command.command === 'Refused' && command.problems.length === 3);
});
