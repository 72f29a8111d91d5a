import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { bundleProgram } from '../../../tooling/images/bundle.ts';
import { IMAGES } from '../../../tooling/images/inputs.ts';

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

/** How the image of a checkout starts the proxy. */
export const proxyStart = (checkout: string) =>
  readDockerfile(readFileSync(join(checkout, IMAGES.proxy.dockerfile), 'utf8'));

const built = new Map<string, Promise<AsImage>>();

const build = async (checkout: string): Promise<AsImage> => {
  const app = mkdtempSync(join(tmpdir(), 'l4balancer-bench-app-'));
  process.once('exit', () => rmSync(app, { recursive: true, force: true }));
  // Each checkout knows by itself what belongs into its image.
  const bundler: { readonly bundleProgram: typeof bundleProgram } = await import(
    pathToFileURL(join(checkout, 'tooling/images/bundle.ts')).href
  );
  await bundler.bundleProgram('proxy', checkout, app);
  const { variables, flags, entry } = proxyStart(checkout);
  return { variables, command: [process.execPath, ...flags, join(app, entry)] };
};

/**
 * The proxy of a checkout as in its image, bundled and with the image's flags. Built once; removed when this
 * process ends.
 */
export const proxyAsImage = (checkout: string): Promise<AsImage> => {
  const found = built.get(checkout) ?? build(checkout);
  built.set(checkout, found);
  return found;
};
