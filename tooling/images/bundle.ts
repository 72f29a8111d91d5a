import { cpSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import type { ImageName } from './inputs.ts';

/** Where each program begins, and the thread that it starts. All of it lands in one folder. */
const ENTRIES: Readonly<Record<ImageName, readonly string[]>> = {
  operator: ['bin/l4balancer-operator.js'],
  proxy: ['bin/l4balancer-proxy.js', 'proxy/relay-engine/acceptor/worker.ts'],
};

/** Machine code cannot be bundled: of the package that has it, the files that Linux with glibc needs. */
const NATIVE: Readonly<Record<ImageName, Readonly<Record<string, readonly string[]>>>> = {
  operator: {},
  proxy: {
    [`@koromix/koffi-linux-${process.arch}`]: ['index.js', `linux_${process.arch}/koffi.node`],
  },
};

/** Packages in CommonJS ask for Node's modules by `require`, which an ES module does not have. Of anything else there is nothing to be found in an image. */
const REQUIRE = `const require=(id)=>{const found=process.getBuiltinModule(id);if(found)return found;throw Object.assign(new Error("Cannot find module '"+id+"'"),{code:"MODULE_NOT_FOUND"})};`;

/** The URL of a thread's module, as TypeScript names it. */
const WORKER_URL = /new URL\('\.[^']*\/([\w-]+)\.ts', import\.meta\.url\)/g;

/** Indexes of packages that name all there is, and what of it is needed: bundled whole, they would bring it along. */
const INDEXES: readonly { readonly filter: RegExp; readonly contents: string }[] = [
  // Messages in 60 languages.
  { filter: /\/zod\/v4\/locales\/index\.js$/, contents: "export { default as en } from './en.js';" },
  // Clients of every API of Kubernetes, beside what reads a kubeconfig.
  {
    filter: /\/@kubernetes\/client-node\/dist\/gen\/index\.js$/,
    contents:
      "export { createConfiguration } from './configuration.js'; export { ServerConfiguration } from './servers.js';",
  },
];

const substitutes: Plugin = {
  name: 'substitutes',
  setup({ onLoad }) {
    onLoad({ filter: /\/proxy\/relay-engine\/start\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(WORKER_URL, "new URL('./$1.js', import.meta.url)"),
      loader: 'ts',
    }));
    for (const { filter, contents } of INDEXES) onLoad({ filter }, () => ({ contents }));
  },
};

/** Folders of the packages that a bundle has something of, relative to the root. */
const packagesIn = ({ outputs }: Metafile): readonly string[] => {
  const files = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const folders = files.map((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
};

/** What scanners find a package by, and what its licence asks to be kept. */
const LABEL = /^(package\.json|(licen[cs]e|copying|notice)\b.*)$/i;

const copyPackage = (folder: string, root: string, app: string, files: readonly string[] = []): void => {
  const labels = readdirSync(join(root, folder)).filter((file) => LABEL.test(file));
  for (const file of [...labels, ...files]) cpSync(join(root, folder, file), join(app, folder, file));
};

/**
 * Makes the folder that an image has its program in, out of the sources and packages at `root`: in `bin` the program with its packages, in few files of JavaScript;
 * in `node_modules` what is machine code, and of each package that was bundled its package.json and its licence. Done when an image is built; in a checkout
 * nothing is compiled.
 */
export const bundleProgram = async (name: ImageName, root: string, app: string): Promise<void> => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...ENTRIES[name]],
    outdir: join(app, 'bin'),
    // Beside each other, so that relative URLs hold whatever file the code that has them ends up in.
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    banner: { js: REQUIRE },
    // Names stay, and lines are short, so that a stack trace says something.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 200,
    // Licences are copied, once for each package.
    legalComments: 'none',
    plugins: [substitutes],
    metafile: true,
    logLevel: 'warning',
  });
  cpSync(join(root, 'package.json'), join(app, 'package.json'));
  for (const folder of packagesIn(metafile)) copyPackage(folder, root, app);
  for (const [native, files] of Object.entries(NATIVE[name]))
    copyPackage(join('node_modules', native), root, app, files);
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await bundleProgram(process.argv[2] as ImageName, process.cwd(), process.argv[3] as string);
