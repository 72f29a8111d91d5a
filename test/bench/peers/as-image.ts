import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProgram } from '../../../tooling/images/bundle.ts';
import { IMAGES } from '../../../tooling/images/inputs.ts';
import { REPOSITORY } from '../../../tooling/process/folders.ts';

/** How the proxy's image starts it, on this machine. */
export interface AsImage {
  /** Variables as env(1) takes them. */
  readonly environment: readonly string[];
  readonly command: readonly [string, ...string[]];
}

/**
 * What the Dockerfile says of the start; its entry point begins with Node and ends with a path under /app.
 */
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

let made: Promise<AsImage> | undefined;

const make = async (): Promise<AsImage> => {
  const app = mkdtempSync(join(tmpdir(), 'l4balancer-bench-app-'));
  process.once('exit', () => rmSync(app, { recursive: true, force: true }));
  await bundleProgram('proxy', REPOSITORY, app);
  const dockerfile = readFileSync(join(REPOSITORY, IMAGES.proxy.dockerfile), 'utf8');
  const { environment, flags, entry } = readDockerfile(dockerfile);
  return { environment, command: [process.execPath, ...flags, join(app, entry)] };
};

/**
 * The proxy as its image has it, bundled and with the image's flags. Made once; removed when this process
 * ends.
 */
export const proxyAsImage = (): Promise<AsImage> => {
  made ??= make();
  return made;
};
