import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Page } from './page-server.ts';

const INLINE = {
  script: /<script type="module">([\s\S]*?)<\/script>/g,
  style: /<style>([\s\S]*?)<\/style>/g,
};

const hashes = (html: string, of: RegExp): string =>
  [...html.matchAll(of)]
    .map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
    .join(' ');

/**
 * What the browser may do for the page: run and show what is in it, and ask this server. Nothing else is
 * loaded or run, not even if a name or a message managed to look like a script.
 */
export const contentSecurityPolicy = (html: string): string =>
  [
    "default-src 'none'",
    `script-src ${hashes(html, INLINE.script)}`,
    `style-src ${hashes(html, INLINE.style)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');

/**
 * Reads a page that is one file, at once: what is served fits this program even after its files were
 * replaced, and needs no descriptor when there are none. Nothing else is prepared before somebody asks for
 * it.
 */
export const readHtmlPage = (file: URL): (() => Page) => {
  const text = readFileSync(file);
  let page: Page | undefined;
  return () => {
    page ??= {
      status: 200,
      type: 'text/html; charset=utf-8',
      text,
      headers: {
        'content-security-policy': contentSecurityPolicy(text.toString()),
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-cache',
        vary: 'accept',
      },
    };
    return page;
  };
};
