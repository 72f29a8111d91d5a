import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The images of this repository, and what goes into each; .dockerignore lists the same. */
export const IMAGES = {
  operator: {
    dockerfile: 'Dockerfile.operator',
    folders: ['bin', 'crds', 'kube', 'operator', 'program', 'report'],
    files: ['page/fleet-page.html'],
  },
  proxy: {
    dockerfile: 'Dockerfile.proxy',
    folders: ['bin', 'crds', 'kube', 'program', 'proxy', 'report'],
    files: ['page/status-page.html'],
  },
} as const;

export type ImageName = keyof typeof IMAGES;

const COMMON = [
  '.dockerignore',
  '.npmrc',
  'package.json',
  'package-lock.json',
  'tooling/images/bundle.ts',
  'tooling/images/root-file-system.ts',
];

/** Files that make up an image, relative to `root` and sorted; without what .dockerignore excludes. */
export const inputFiles = (root: string, image: ImageName): readonly string[] => {
  const { dockerfile, folders, files } = IMAGES[image];
  const sources = folders.flatMap((folder) => globSync(`${folder}/**/*.{ts,js,json}`, { cwd: root }));
  return [...COMMON, dockerfile, ...files, ...sources].sort();
};

/**
 * Twelve hexadecimal digits that change whenever an input of the image changes. `base` stands for the
 * remaining inputs: the builder and its base image.
 */
export const inputDigest = (root: string, image: ImageName, base: string): string => {
  const hash = createHash('sha256').update(base);
  for (const file of inputFiles(root, image)) {
    const content = readFileSync(join(root, file));
    hash.update(`\0${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 12);
};
