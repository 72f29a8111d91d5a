import { build } from 'esbuild';
import { bundleOptions, packagesIn } from '../../tooling/images/bundle.ts';

/** Folders of the packages that are in a bundle, relative to the root. */
export type BundledPackages = readonly string[];

/**
 * Bundles the two programs of the npm package from the sources at `root` into `folder`: what several commands
 * need is in files of its own, so that each command loads little.
 */
export const bundlePrograms = async (root: string, folder: string): Promise<BundledPackages> => {
  const { metafile } = await build({
    ...bundleOptions(root),
    entryPoints: ['bin/kubectl-l4b.js', 'bin/kubectl_complete-l4b.js'],
    outdir: folder,
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    splitting: true,
  });
  return packagesIn(metafile);
};

/** Bundles both programs into one file, since an executable can contain no more. */
export const bundleOneFile = async (root: string, file: string): Promise<BundledPackages> => {
  const { metafile } = await build({
    ...bundleOptions(root),
    entryPoints: ['bin/kubectl-l4b-executable.js'],
    outfile: file,
  });
  return packagesIn(metafile);
};
