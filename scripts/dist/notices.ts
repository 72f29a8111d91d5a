import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundledPackages } from './bundle-cli.ts';

/** A package that is contained in what is shipped, with the texts that its licence requires to be kept. */
export interface Notice {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly texts: readonly string[];
}

const LEGAL = /^(licen[cs]e|copying|notice)\b.*$/i;

/** What the packages in these folders say of themselves. Throws if one names no licence. */
export const noticesOf = (root: string, folders: BundledPackages): readonly Notice[] =>
  folders.map((folder) => {
    const path = join(root, folder);
    const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as {
      readonly name: string;
      readonly version: string;
      readonly license?: string;
    };
    const texts = readdirSync(path)
      .filter((file) => LEGAL.test(file))
      .sort()
      .map((file) => readFileSync(join(path, file), 'utf8').trim());
    if (license === undefined) throw new Error(`${folder}/package.json names no licence`);
    return { name, version, license, texts };
  });

const RULE = '-'.repeat(80);

/** One text with all notices, which travels with the program. */
export const noticesText = (notices: readonly Notice[]): string =>
  [
    'kubectl-l4b contains the following software.',
    ...notices.map(({ name, version, license, texts }) =>
      [RULE, `${name} ${version}, ${license}`, ...texts.map((text) => `\n${text}`)].join('\n'),
    ),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
