import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNone, type Check, type Finding, matches } from './finding.ts';
import { tree } from './tree.ts';

const files = tree();
const paths = new Set(files.map(({ path }) => path));
const fileOf = (path: string) => ({ path, text: files.find((file) => file.path === path)?.text ?? '' });

const FIRST_SCREEN = 40;

const firstScreen: Check = ({ path, text }) =>
  ['make run', 'make test']
    .filter((command) => !text.split('\n').slice(0, FIRST_SCREEN).join('\n').includes(command))
    .map((command) => ({ path, message: `does not show ${command} in its first ${FIRST_SCREEN} lines` }));

test('README shows the two commands on its first screen', () => {
  assert.equal(
    firstScreen({ path: 'README.md', text: '\n'.repeat(40).concat('make run, make test') }).length,
    2,
  );
  assertNone(firstScreen(fileOf('README.md')));
});

const targets = new Set([...fileOf('Makefile').text.matchAll(/^([a-z0-9-]+):/gm)].map(([, name]) => name));

/** Finds make commands in code: in backquotes, or as a line of a block. */
const knownTargets: Check = ({ path, text }) =>
  path.endsWith('.md')
    ? [...text.matchAll(/(?:`|^ *)make ((?:[a-z0-9-]+ ?)+)/gm)]
        .flatMap(([, names = '']) => names.trim().split(' '))
        .filter((name) => !targets.has(name))
        .map((name) => ({ path, message: `names make ${name}, but the Makefile has no such target` }))
    : [];

test('documents name only existing targets of the Makefile', () => {
  assert.ok(targets.has('test'));
  assert.equal(knownTargets({ path: 'README.md', text: 'Run `make no-such-target`.' }).length, 1);
  assert.equal(
    knownTargets({ path: 'README.md', text: '`make lint types` and `make`, which make sense' }).length,
    0,
  );
  assertNone(files.flatMap(knownTargets));
});

const ARCHITECTURE_BYTES = 12 << 10;

const shortEnough: Check = ({ path, text }) =>
  path === 'ARCHITECTURE.md' && Buffer.byteLength(text) > ARCHITECTURE_BYTES
    ? [{ path, message: `has more than ${ARCHITECTURE_BYTES} bytes: move decisions to docs/decisions` }]
    : [];

test('ARCHITECTURE is an overview of at most 12 KiB', () => {
  assert.equal(shortEnough({ path: 'ARCHITECTURE.md', text: '–'.repeat(4097) }).length, 1);
  assertNone(files.flatMap(shortEnough));
});

/** The table must have one row with the reason for each package. */
const dependencies = (text: string, packages: readonly string[]): readonly Finding[] => {
  const path = 'docs/dependencies.md';
  const named = [...text.matchAll(/^\| `([^`]+)` \| \S/gm)].map(([, name = '']) => name);
  return [
    ...packages
      .filter((name) => !named.includes(name))
      .map((name) => ({ path, message: `does not say why ${name} is needed` })),
    ...named
      .filter((name) => !packages.includes(name))
      .map((name) => ({ path, message: `has a row for ${name}, which package.json does not list` })),
  ];
};

test('docs/dependencies.md gives a reason for every dependency', () => {
  const {
    dependencies: needed,
    optionalDependencies,
    devDependencies,
  } = JSON.parse(fileOf('package.json').text);
  const packages = Object.keys({ ...needed, ...optionalDependencies, ...devDependencies });
  assert.ok(packages.includes('zod'));
  assert.equal(dependencies('| `zod` | the schema |\n| `gone` | a |\n', ['zod', 'koffi']).length, 2);
  assertNone(dependencies(fileOf('docs/dependencies.md').text, packages));
});

const CHANGES = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
const VERSION = /^\[(?:Unreleased|\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}$)/;

const changelog: Check = ({ path, text }) => [
  ...(/^# Changelog\n/.test(text) ? [] : [{ path, message: 'does not begin with # Changelog' }]),
  ...(/^## \[Unreleased\]$/m.test(text) ? [] : [{ path, message: 'has no section [Unreleased]' }]),
  ...matches({ path, text }, /^## (.*)$/gm, (heading) => heading)
    .filter(({ message }) => !VERSION.test(message))
    .map((finding) => ({ ...finding, message: `"${finding.message}" is not [x.y.z] - YYYY-MM-DD` })),
  ...matches({ path, text }, /^### (.*)$/gm, (heading) => heading)
    .filter(({ message }) => !CHANGES.includes(message))
    .map((finding) => ({ ...finding, message: `"${finding.message}" is not one of ${CHANGES.join(', ')}` })),
];

test('CHANGELOG follows Keep a Changelog', () => {
  const text = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n## [0.1.0] - 2026-11-23\n';
  assert.equal(changelog({ path: 'CHANGELOG.md', text }).length, 0);
  assert.equal(changelog({ path: 'CHANGELOG.md', text: '# Changes\n\n## 0.1\n\n### News\n' }).length, 4);
  assertNone(changelog(fileOf('CHANGELOG.md')));
});

/** A test reads a sample if it names the file or the whole folder. */
const untested = (samples: readonly string[], tests: string): readonly Finding[] =>
  samples
    .filter((path) => !tests.includes(path.split('/').at(-1) ?? '') && !/\bsamples\b['"/]/.test(tests))
    .map((path) => ({ path, message: 'is a sample that no test reads' }));

test('every sample manifest is used by a test', () => {
  const samples = [...paths].filter((path) => /^crds\/samples\/.*\.yaml$/.test(path));
  const tests = files
    .filter(({ path }) => /^(test|e2e)\/.*\.ts$/.test(path) && !path.startsWith('test/meta/'))
    .map(({ text }) => text)
    .join('\n');
  assert.ok(samples.length > 0);
  assert.equal(untested(['crds/samples/a.yaml'], "read('b.yaml')").length, 1);
  assertNone(untested(samples, tests));
});
