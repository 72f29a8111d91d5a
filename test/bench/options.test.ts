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
  against: undefined,
  place: 'both',
  sysctls: 'both',
  json: undefined,
  add: false,
} as const;

test('by default every line is measured everywhere, in seven rotations of three seconds', () => {
  assert.deepEqual(parse(), { command: 'Run', options: DEFAULTS });
});

test('every option is parsed', () => {
  const argv =
    '--rotations 9 --seconds=1 --threads 4 --place namespaces --sysctls guide --json a.json --add --against ../other';
  assert.deepEqual(parse(...argv.split(' ')), {
    command: 'Run',
    options: {
      ...{ rotations: 9, seconds: 1, threads: 4, lines: undefined },
      ...{ against: '../other', place: 'namespaces', sysctls: 'guide', json: 'a.json', add: true },
    },
  });
});

test('lines are selected by names with commas, by repeated options, or by a prefix, and keep their order', () => {
  const linesOf = (...argv: string[]) => {
    const command = parse(...argv);
    return command.command === 'Run' ? command.options.lines : command;
  };
  assert.deepEqual(linesOf('--lines', 'bulk-1,keep-alive'), ['keep-alive', 'bulk-1']);
  assert.deepEqual(linesOf('--lines', 'bulk-64', '--lines', 'bulk-1'), ['bulk-1', 'bulk-64']);
  assert.deepEqual(linesOf('--lines', 'bulk-*'), ['bulk-1', 'bulk-64']);
});

test('--help takes precedence, and --show measures nothing', () => {
  assert.deepEqual(parse('--help', '--rotations', 'x'), { command: 'Help' });
  assert.deepEqual(parse('--show', 'a.json'), { command: 'Show', file: 'a.json', markdown: false });
  assert.deepEqual(parse('--show', 'a.json', '--markdown'), {
    command: 'Show',
    file: 'a.json',
    markdown: true,
  });
  const long = 'a-line-whose-name-is-longer-than-most-others';
  const text = usage([
    { name: 'keep-alive', title: 'requests' },
    { name: long, title: 'streams' },
  ]);
  assert.match(text, /keep-alive +requests/);
  assert.match(text, new RegExp(`${long} +streams`));
});

test('a problem names the option, what was expected and what was found', () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['--rotations', '0'], /--rotations: expected an integer from 1 to 100, found "0"/],
    [['--rotations', '1e2'], /--rotations/],
    [['--seconds', '601'], /--seconds: expected an integer from 1 to 600, found "601"/],
    [['--seconds', '2.5'], /--seconds/],
    [['--threads', '65'], /--threads: expected an integer from 1 to 64, found "65"/],
    [['--lines', 'udp'], /--lines: no line is called "udp"; expected keep-alive, bulk-1/],
    [['--lines', 'udp*'], /--lines: no line is called "udp\*"/],
    [['--place', 'moon'], /--place: expected loopback or namespaces or both, found "moon"/],
    [['--sysctls', 'mine'], /--sysctls: expected default or guide or both, found "mine"/],
    [['--markdown'], /--markdown: needs --show FILE/],
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

test('all problems are reported at once', () => {
  const command = parse('--rotations', 'x', '--seconds', 'y', '--lines', 'z');
  assert.ok(command.command === 'Refused' && command.problems.length === 3);
});
