import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { assertNone, type Finding, lineAt } from './finding.ts';
import { anchorsOf, withoutBlocks } from './headings.ts';
import { type SourceFile, tree } from './tree.ts';

const LINK = /\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g;

/** Relative links must lead to an existing file or folder, and anchors to an existing heading. */
const check = (files: readonly SourceFile[]): readonly Finding[] => {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const folders = new Set(
    files.flatMap(({ path }) => path.split('/').map((_, depth, parts) => parts.slice(0, depth).join('/'))),
  );
  const problemOf = (from: string, link: string, anchor: string | undefined): string | undefined => {
    const target = link === '' ? from : posix.join(posix.dirname(from), link).replace(/\/$/, '');
    const text = texts.get(target);
    if (text === undefined && !folders.has(target)) return `links to ${target}, which does not exist`;
    if (anchor === undefined || !target.endsWith('.md') || anchorsOf(text ?? '').has(anchor))
      return undefined;
    return `links to the heading #${anchor} of ${target}, which does not exist`;
  };
  return files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ path, text }) => {
      const prose = withoutBlocks(text);
      return [...prose.matchAll(LINK)].flatMap(({ index, 1: link = '', 2: anchor }) => {
        const message = problemOf(path, link, anchor);
        return message === undefined ? [] : [{ path, line: lineAt(prose, index), message }];
      });
    });
};

test('links in documents lead to existing files and headings', () => {
  const page = { path: 'docs/page.md', text: '# A page\n\n## What `it` is: all of it\n' };
  const from = (path: string, text: string) => check([page, { path, text }]).length;
  assert.equal(from('README.md', '[a](no/such/file.md)'), 1);
  assert.equal(from('README.md', '[a](docs/page.md#no-such-heading) [b](#nor-this)'), 2);
  assert.equal(from('docs/sub/a.md', '[a](docs/page.md)'), 1);
  assert.equal(from('README.md', '[a](docs) [b](https://a.example/b) [c](docs/page.md#a-page)'), 0);
  assert.equal(from('docs/sub/a.md', '# Top\n\n[a](../page.md#what-it-is-all-of-it) [b](#top)'), 0);
  assert.equal(from('README.md', '```\n[a](no/such/file.md)\n```\n'), 0);
  assertNone(check(tree()));
});
