import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChild } from '../../tooling/process/child.ts';
import { requireProgram } from '../../tooling/process/find-program.ts';
import { bundlePrograms } from './bundle-cli.ts';
import { noticesOf, noticesText } from './notices.ts';

/** The project’s package.json, as far as the command’s own has the same. */
interface PackageJson {
  readonly version: string;
  readonly license: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly engines: Readonly<Record<string, string>>;
}

/** What npm needs to know. All packages are in the bundle, so that an installation downloads nothing else. */
export const packageJson = ({ version, license, bin, engines }: PackageJson) => ({
  name: 'kubectl-l4b',
  version,
  description: 'Shows, explains and steers L4Balancers, as a plugin of kubectl and by itself',
  keywords: ['kubectl', 'kubectl-plugin', 'kubernetes', 'load-balancer', 'l4balancer'],
  license,
  type: 'module',
  bin,
  engines,
});

/** Builds the npm package in `work`, writes it into the folder `out`, and returns the name of its file. */
export const buildNpmPackage = async (
  root: string,
  work: string,
  out: string,
  signal: AbortSignal,
): Promise<string> => {
  const bin = join(work, 'bin');
  await mkdir(bin, { recursive: true });
  const packages = await bundlePrograms(root, bin);
  const project = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as PackageJson;
  await writeFile(join(work, 'package.json'), `${JSON.stringify(packageJson(project), null, 2)}\n`);
  await writeFile(join(work, 'NOTICES.txt'), noticesText(noticesOf(root, packages)));
  await cp(join(root, 'cli', 'README.md'), join(work, 'README.md'));
  await cp(join(root, 'LICENSE'), join(work, 'LICENSE'));
  const argv = [
    requireProgram('npm'),
    'pack',
    '--json',
    '--ignore-scripts',
    `--pack-destination=${out}`,
  ] as const;
  const [packed] = JSON.parse(await runChild([...argv], { cwd: work, signal })) as [
    { readonly filename: string },
  ];
  return packed.filename;
};
