import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import type { ImageName } from './inputs.ts';

/** The entry point of each program, and of the thread that it starts. All output goes to one folder. */
const ENTRIES: Readonly<Record<ImageName, readonly string[]>> = {
  operator: ['bin/l4balancer-operator.js'],
  proxy: ['bin/l4balancer-proxy.js', 'proxy/relay-engine/acceptor/worker.ts'],
};

/** Native code cannot be bundled. These are the files of its packages that Linux with glibc needs. */
const NATIVE: Readonly<Record<ImageName, Readonly<Record<string, readonly string[]>>>> = {
  operator: {},
  proxy: {
    [`@koromix/koffi-linux-${process.arch}`]: ['index.js', `linux_${process.arch}/koffi.node`],
  },
};

/**
 * CommonJS packages load Node's modules by `require`, which an ES module does not have. Nothing else can be
 * required in an image.
 */
const REQUIRE = `const require=(id)=>{const found=process.getBuiltinModule(id);if(found)return found;throw Object.assign(new Error("Cannot find module '"+id+"'"),{code:"MODULE_NOT_FOUND"})};`;

/**
 * Modules whose exports are data that is derived at each start. A bundle has the data instead, which saves 16
 * ms of processor time.
 */
const DERIVED = /\/crds\/schemas\.ts$/;

/** The exports of a module, as a module that contains their values. */
const evaluated = async (path: string): Promise<string> => {
  const exported: Readonly<Record<string, unknown>> = await import(pathToFileURL(path).href);
  return Object.entries(exported)
    .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
    .join('\n');
};

/** The URL of a worker's module, as the source writes it. */
const WORKER_URL = /new URL\('\.[^']*\/([\w-]+)\.ts', import\.meta\.url\)/g;

/** A page is a file beside the program; in its head it names the packages that it contains. */
const PAGES: Readonly<Record<ImageName, string>> = { operator: 'fleet-page.html', proxy: 'status-page.html' };
const PAGE_URL = /new URL\('[^']*\/((?:status|fleet)-page\.html)', import\.meta\.url\)/g;
const PAGE_PACKAGE = /^ {2}(\S+) \d+\.\d+\.\d+, /gm;

/** Copies a page, and returns the folders of its packages. */
const copyPage = (file: string, root: string, app: string): readonly string[] => {
  const page = readFileSync(join(root, 'page', file), 'utf8');
  writeFileSync(join(app, 'bin', file), page);
  const [head = ''] = page.split('-->');
  return [...head.matchAll(PAGE_PACKAGE)].map(([, name = '']) => `node_modules/${name}`);
};

/**
 * Index modules that export everything a package has, and the part that is needed: as they are, they would
 * pull in the rest.
 */
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
    onLoad({ filter: /\/(proxy\/admin\/status-page|operator\/fleet\/pages)\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(PAGE_URL, "new URL('./$1', import.meta.url)"),
      loader: 'ts',
    }));
    onLoad({ filter: DERIVED }, async ({ path }) => ({ contents: await evaluated(path) }));
    for (const { filter, contents } of INDEXES) onLoad({ filter }, () => ({ contents }));
  },
};

/** What bundles of all programs have in common. */
export const bundleOptions = (root: string) =>
  ({
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    banner: { js: REQUIRE },
    // Identifiers are kept and lines are short, so that a stack trace is useful.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 200,
    // Licences are copied, once for each package.
    legalComments: 'none',
    plugins: [substitutes],
    metafile: true,
    logLevel: 'warning',
  }) as const satisfies BuildOptions;

/** Folders of the packages that contribute to a bundle, relative to the root. */
export const packagesIn = ({ outputs }: Metafile): readonly string[] => {
  const files = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const folders = files.map((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
};

/** Files by which scanners identify a package, and those that its licence requires to be kept. */
const METADATA = /^(package\.json|(licen[cs]e|copying|notice)\b.*)$/i;

const copyPackage = (folder: string, root: string, app: string, files: readonly string[] = []): void => {
  const metadata = readdirSync(join(root, folder)).filter((file) => METADATA.test(file));
  for (const file of [...metadata, ...files]) cpSync(join(root, folder, file), join(app, folder, file));
};

/**
 * Builds an image's program folder from the sources and packages at `root`. `bin` gets the program with its
 * packages as a few JavaScript files; `node_modules` gets native code, and the package.json and licence of
 * each bundled package. This happens when an image is built; in a checkout nothing is compiled.
 */
export const bundleProgram = async (name: ImageName, root: string, app: string): Promise<void> => {
  const { metafile } = await build({
    ...bundleOptions(root),
    entryPoints: [...ENTRIES[name]],
    outdir: join(app, 'bin'),
    // All in one folder, so that relative URLs hold no matter which file their code ends up in.
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    splitting: true,
  });
  cpSync(join(root, 'package.json'), join(app, 'package.json'));
  const ofPage = copyPage(PAGES[name], root, app);
  for (const folder of [...packagesIn(metafile), ...ofPage]) copyPackage(folder, root, app);
  for (const [native, files] of Object.entries(NATIVE[name]))
    copyPackage(join('node_modules', native), root, app, files);
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await bundleProgram(process.argv[2] as ImageName, process.cwd(), process.argv[3] as string);
