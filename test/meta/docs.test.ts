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
    .map((command) => ({ path, says: `does not show ${command} in its first ${FIRST_SCREEN} lines` }));

test('README shows the two commands on its first screen', () => {
  assert.equal(
    firstScreen({ path: 'README.md', text: '\n'.repeat(40).concat('make run, make test') }).length,
    2,
  );
  assertNone(firstScreen(fileOf('README.md')));
});

const targets = new Set([...fileOf('Makefile').text.matchAll(/^([a-z0-9-]+):/gm)].map(([, name]) => name));

/** Commands are written as code: in backquotes, or as a line of a block. */
const knownTargets: Check = ({ path, text }) =>
  path.endsWith('.md')
    ? [...text.matchAll(/(?:`|^ *)make ((?:[a-z0-9-]+ ?)+)/gm)]
        .flatMap(([, names = '']) => names.trim().split(' '))
        .filter((name) => !targets.has(name))
        .map((name) => ({ path, says: `names make ${name}, which the Makefile does not have` }))
    : [];

test('documents name only targets that the Makefile has', () => {
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
    ? [{ path, says: `has more than ${ARCHITECTURE_BYTES} bytes: a decision has a page in docs/decisions` }]
    : [];

test('ARCHITECTURE is an overview of 12 KiB at most', () => {
  assert.equal(shortEnough({ path: 'ARCHITECTURE.md', text: '–'.repeat(4097) }).length, 1);
  assertNone(files.flatMap(shortEnough));
});

/** Each package has a row that says why it is there, and each row a package. */
const dependencies = (text: string, packages: readonly string[]): readonly Finding[] => {
  const path = 'docs/dependencies.md';
  const named = [...text.matchAll(/^\| `([^`]+)` \| \S/gm)].map(([, name = '']) => name);
  return [
    ...packages
      .filter((name) => !named.includes(name))
      .map((name) => ({ path, says: `does not say why ${name} is there` })),
    ...named
      .filter((name) => !packages.includes(name))
      .map((name) => ({ path, says: `has a row of ${name}, which package.json does not have` })),
  ];
};

test('every dependency has its reason', () => {
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
  ...(/^# Changelog\n/.test(text) ? [] : [{ path, says: 'does not begin with # Changelog' }]),
  ...(/^## \[Unreleased\]$/m.test(text) ? [] : [{ path, says: 'has no section [Unreleased]' }]),
  ...matches({ path, text }, /^## (.*)$/gm, (heading) => heading)
    .filter(({ says }) => !VERSION.test(says))
    .map((finding) => ({ ...finding, says: `"${finding.says}" is not [x.y.z] - YYYY-MM-DD` })),
  ...matches({ path, text }, /^### (.*)$/gm, (heading) => heading)
    .filter(({ says }) => !CHANGES.includes(says))
    .map((finding) => ({ ...finding, says: `"${finding.says}" is none of ${CHANGES.join(', ')}` })),
];

test('CHANGELOG follows Keep a Changelog', () => {
  const text = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n## [0.1.0] - 2026-11-23\n';
  assert.equal(changelog({ path: 'CHANGELOG.md', text }).length, 0);
  assert.equal(changelog({ path: 'CHANGELOG.md', text: '# Changes\n\n## 0.1\n\n### News\n' }).length, 4);
  assertNone(changelog(fileOf('CHANGELOG.md')));
});

/** By its own name, or with all of its folder. */
const untested = (samples: readonly string[], tests: string): readonly Finding[] =>
  samples
    .filter((path) => !tests.includes(path.split('/').at(-1) ?? '') && !/\bsamples\b['"/]/.test(tests))
    .map((path) => ({ path, says: 'is a sample that no test reads' }));

test('every sample manifest is tried by a test', () => {
  const samples = [...paths].filter((path) => /^crds\/samples\/.*\.yaml$/.test(path));
  const tests = files
    .filter(({ path }) => /^(test|e2e)\/.*\.ts$/.test(path) && !path.startsWith('test/meta/'))
    .map(({ text }) => text)
    .join('\n');
  assert.ok(samples.length > 0);
  assert.equal(untested(['crds/samples/a.yaml'], "read('b.yaml')").length, 1);
  assertNone(untested(samples, tests));
});
