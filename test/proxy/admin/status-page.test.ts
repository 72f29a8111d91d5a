import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { adminPages } from '../../../proxy/admin/pages.ts';
import { readStatusPage } from '../../../proxy/admin/status-page.ts';

const html = readFileSync(new URL('../../../page/status-page.html', import.meta.url), 'utf8');

test('the page names no other host and has one script and one style', () => {
  assert.equal(html.match(/<script/g)?.length, 1);
  assert.equal(html.match(/<style/g)?.length, 1);
  const hosts = new Set(html.match(/https?:\/\/[\w.]+/g));
  // Names of namespaces, which nothing is fetched from.
  hosts.delete('http://www.w3.org');
  assert.deepEqual([...hosts], []);
});

test('a browser gets the page at /, and other clients the list of paths', async () => {
  const page = readStatusPage();
  assert.equal(page().status, 200);
  const pages = adminPages({ page } as Parameters<typeof adminPages>[0]);
  const ask = async (accept?: string) =>
    pages['/']?.(new URLSearchParams(), accept === undefined ? {} : { accept });
  assert.equal(await ask('text/html,application/xhtml+xml,*/*;q=0.8'), page());
  for (const accept of [undefined, '*/*', 'application/json']) {
    const answer = await ask(accept);
    assert.ok(answer !== undefined && 'text' in answer);
    assert.match(`${answer.text}`, /^L4Balancer proxy\n\n\/healthz /);
    assert.equal(answer.headers?.vary, 'accept');
  }
});
