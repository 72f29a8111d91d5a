import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IMAGES } from '../../../scripts/images/inputs.ts';
import { stripFolders } from '../../../scripts/images/strip-types.ts';
import { REPOSITORY } from '../../../scripts/process/folders.ts';

/** How the proxy's image starts it, on this machine. */
export interface AsImage {
  /** Variables as env(1) takes them. */
  readonly environment: readonly string[];
  readonly command: readonly [string, ...string[]];
}

/** What the Dockerfile says of the start; its entry point begins with Node and ends with a path under /app. */
export const readDockerfile = (text: string) => {
  const words: readonly string[] = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(text)?.[1] ?? '[]');
  const variables = [...text.matchAll(/^ENV (.*)$/gm)].flatMap(([, assignments = '']) =>
    assignments.split(' '),
  );
  return {
    environment: variables,
    flags: words.slice(1, -1),
    entry: (words.at(-1) ?? '').replace(/^\/app\//, ''),
  };
};

let made: AsImage | undefined;

/** The proxy as its image has it, with its types erased and the image's flags. Made once; removed when this process ends. */
export const proxyAsImage = (): AsImage => {
  if (made !== undefined) return made;
  const app = mkdtempSync(join(tmpdir(), 'l4balancer-bench-app-'));
  process.once('exit', () => rmSync(app, { recursive: true, force: true }));
  const { dockerfile, folders } = IMAGES.proxy;
  for (const file of ['package.json', ...folders])
    cpSync(join(REPOSITORY, file), join(app, file), { recursive: true });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(app, 'node_modules'));
  stripFolders(folders, app);
  const { environment, flags, entry } = readDockerfile(readFileSync(join(REPOSITORY, dockerfile), 'utf8'));
  made = { environment, command: [process.execPath, ...flags, join(app, entry)] };
  return made;
};
