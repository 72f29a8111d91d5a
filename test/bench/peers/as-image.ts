import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProgram } from '../../../tooling/images/bundle.ts';
import { IMAGES } from '../../../tooling/images/inputs.ts';
import { REPOSITORY } from '../../../tooling/process/folders.ts';

/** The command that starts the proxy on this machine as its image does. */
export interface AsImage {
  /** Environment variables, as arguments of env(1). */
  readonly variables: readonly string[];
  readonly command: readonly [string, ...string[]];
}

/**
 * Reads the start command from the Dockerfile; its entry point begins with Node and ends with a path under
 * /app.
 */
export const readDockerfile = (text: string) => {
  const words: readonly string[] = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(text)?.[1] ?? '[]');
  const variables = [...text.matchAll(/^ENV (.*)$/gm)].flatMap(([, assignments = '']) =>
    assignments.split(' '),
  );
  return {
    variables,
    flags: words.slice(1, -1),
    entry: (words.at(-1) ?? '').replace(/^\/app\//, ''),
  };
};

let built: Promise<AsImage> | undefined;

const build = async (): Promise<AsImage> => {
  const app = mkdtempSync(join(tmpdir(), 'l4balancer-bench-app-'));
  process.once('exit', () => rmSync(app, { recursive: true, force: true }));
  await bundleProgram('proxy', REPOSITORY, app);
  const dockerfile = readFileSync(join(REPOSITORY, IMAGES.proxy.dockerfile), 'utf8');
  const { variables, flags, entry } = readDockerfile(dockerfile);
  return { variables, command: [process.execPath, ...flags, join(app, entry)] };
};

/**
 * The proxy as in its image, bundled and with the image's flags. Built once; removed when this process ends.
 */
export const proxyAsImage = (): Promise<AsImage> => {
  built ??= build();
  return built;
};
