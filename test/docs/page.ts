import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../tooling/process/folders.ts';

/** The fenced blocks of a page of docs/ in one language, in their order. */
export const blocksOfPage = (name: string, language: string): readonly string[] =>
  [
    ...readFileSync(join(REPOSITORY, 'docs', name), 'utf8').matchAll(
      new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'),
    ),
  ].map(([, body = '']) => body);

/** The one block among them that contains `text`. */
export const blockWith = (name: string, language: string, text: string): string => {
  const found = blocksOfPage(name, language).filter((body) => body.includes(text));
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`docs/${name} has ${found.length} blocks of ${language} with ${text}, not one`);
  return found[0];
};
