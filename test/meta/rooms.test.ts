import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNone, type Finding } from './finding.ts';
import { topFolder } from './folder-order.ts';
import { importsOf } from './imports.ts';
import { type SourceFile, tree } from './tree.ts';

const files = tree();
const paths = files.map(({ path }) => path);
const PATH = 'ARCHITECTURE.md';
const page = files.find(({ path }) => path === PATH)?.text ?? '';

const SECTIONS = ['What it is', 'Data flow', 'The rooms', 'Ten decisions that matter most'];

const roomsOf = (text: string): string =>
  /^## The rooms$([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(text)?.[1] ?? '';

/** The section "The rooms" must describe every top folder. */
const architecture = (text: string, folders: Iterable<string>): readonly Finding[] => {
  const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  const rooms = roomsOf(text);
  return [
    ...SECTIONS.filter((section) => !headings.includes(section)).map((section) => ({
      path: PATH,
      message: `has no section "${section}"`,
    })),
    ...[...folders]
      .filter((folder) => !rooms.includes(`\`${folder}/\``))
      .map((folder) => ({ path: PATH, message: `does not describe ${folder}/ in "The rooms"` })),
  ];
};

test('ARCHITECTURE has its sections and describes every top folder', () => {
  const folders = new Set(paths.filter((path) => path.includes('/')).map((path) => path.split('/')[0] ?? ''));
  assert.ok(folders.has('crds'));
  assert.equal(architecture('## What it is\n', ['crds']).length, 4);
  assertNone(architecture(page, folders));
});

/** The table of a program's folders must list exactly those that exist. */
const inside = (text: string, program: string, folders: readonly string[]): readonly Finding[] => {
  const [, table = ''] = new RegExp(`^Inside \`${program}/\`:\\n\\n((?:\\|.*\\n)*)`, 'm').exec(text) ?? [];
  const named = [...table.matchAll(/^\|([^|]*)\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([\w-]+)\/`/g)].map(([, name = '']) => name),
  );
  return [
    ...folders
      .filter((folder) => !named.includes(folder))
      .map((folder) => ({ path: PATH, message: `does not describe ${program}/${folder}/` })),
    ...named
      .filter((folder) => !folders.includes(folder))
      .map((folder) => ({ path: PATH, message: `describes ${program}/${folder}/, which does not exist` })),
  ];
};

test('ARCHITECTURE describes every folder of the operator and the proxy', () => {
  const text =
    'Inside `proxy/`:\n\n| folder | what |\n|---|---|\n| `sys/`, `gone/` | with `no/` |\n\n`table/`\n';
  assert.equal(inside(text, 'proxy', ['sys', 'table']).length, 2);
  for (const program of ['operator', 'proxy']) {
    const folders = paths.flatMap((path) => new RegExp(`^${program}/([^/]+)/`).exec(path)?.[1] ?? []);
    assert.ok(folders.includes('health'));
    assertNone(inside(page, program, [...new Set(folders)]));
  }
});

/** The folders in a cell of a table, for example `crds` or `crds/`. */
const namedIn = (cell: string): readonly string[] =>
  [...cell.matchAll(/`([\w-]+)\/?`/g)].map(([, name = '']) => name);

/** If the row of a top folder names folders or says "nobody", the folder must not import any others. */
const mayImport = (text: string, sources: readonly SourceFile[]): readonly Finding[] =>
  [...roomsOf(text).matchAll(/^\|([^|]+)\|[^|]+\|([^|]+)\|$/gm)].flatMap(([, rooms = '', cell = '']) => {
    const allowed = namedIn(cell);
    if (allowed.length === 0 && cell.trim() !== 'nobody') return [];
    return namedIn(rooms).flatMap((room) => {
      const imported = sources
        .filter(({ path }) => topFolder(path) === room)
        .flatMap((file) => importsOf(file).flatMap(({ target }) => topFolder(target) ?? []))
        .filter((target) => target !== room && sources.some(({ path }) => topFolder(path) === target));
      return [...new Set(imported)]
        .filter((target) => !allowed.includes(target))
        .map((target) => ({ path: PATH, message: `does not list ${target}/ among the imports of ${room}/` }));
    });
  });

test('ARCHITECTURE lists the rooms that each room imports', () => {
  const text =
    '## The rooms\n\n| a | b | c |\n|---|---|---|\n| `kube/` | b | `crds` |\n| `crds/` | b | nobody |\n';
  const source = (path: string, target: string) => ({
    path,
    text: `import { a } from '../${target}/a.ts';\n`,
  });
  const sources = [source('kube/a.ts', 'crds'), source('crds/a.ts', 'kube'), source('kube/b.ts', 'bin')];
  assert.equal(mayImport(text, [...sources, { path: 'bin/a.ts', text: '' }]).length, 2);
  assert.equal(mayImport(text, sources.slice(0, 1)).length, 0);
  assertNone(
    mayImport(
      page,
      files.filter(({ path }) => /\.(tsx?|js)$/.test(path)),
    ),
  );
});
