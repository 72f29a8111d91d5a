import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { contentSecurityPolicy } from '../../program/html-page.ts';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

test('the policy allows the one script and the one style of the page, and nothing from elsewhere', () => {
  const policy = contentSecurityPolicy('<style>a{}</style> <script type="module">one\n</script>');
  assert.ok(policy.includes(`script-src ${hashOf('one\n')};`));
  assert.ok(policy.includes(`style-src ${hashOf('a{}')};`));
  assert.ok(policy.startsWith("default-src 'none'; "));
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  for (const name of ['status-page', 'fleet-page']) {
    const html = readFileSync(new URL(`../../page/${name}.html`, import.meta.url), 'utf8');
    assert.equal(contentSecurityPolicy(html).match(/'sha256-/g)?.length, 2, name);
  }
});
