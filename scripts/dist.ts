/** `make dist`; see USAGE. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VERSION } from '../program/version.ts';
import { abortOnSignals } from '../tooling/process/abort-on-signals.ts';
import { REPOSITORY } from '../tooling/process/folders.ts';
import { parseCommandLine, refuse } from '../tooling/terminal/command-line.ts';
import { reportFailure } from '../tooling/terminal/report-failure.ts';
import { openSteps } from '../tooling/terminal/steps.ts';
import { checksums, sha256 } from './dist/archive.ts';
import { buildArchive } from './dist/build-archive.ts';
import { type Archive, KREW_MANIFEST, krewManifest } from './dist/krew-manifest.ts';
import { buildNpmPackage } from './dist/npm-package.ts';
import { PLATFORMS } from './dist/platforms.ts';
import { validateKrew } from './dist/validate-krew.ts';

/** Where releases are: a placeholder, since there is none yet. */
const URL_OF_RELEASES = `https://releases.example/l4balancer/v${VERSION}`;
const OUT = join('build', 'dist');

const USAGE = `Builds what kubectl l4b is shipped as into ${OUT}, and publishes nothing:

  kubectl-l4b-${VERSION}.tgz                     package for npm, without dependencies
  kubectl-l4b-${VERSION}-linux-ARCH.tar.gz       executable for Linux with glibc, amd64 and arm64, with its licences
  SHA256SUMS                            checksums of these files
  ${KREW_MANIFEST}                              manifest for krew, which krew's own validation has accepted

The same sources give the same bytes. It needs npm, and Go the first time, for krew.

  node scripts/dist.ts [--url URL]

  --url URL   where the archives will be, for the manifest; ${URL_OF_RELEASES} by default
  --help
`;

const { values } = parseCommandLine(USAGE, {
  options: { url: { type: 'string', default: URL_OF_RELEASES } },
});
if (!URL.canParse(values.url)) refuse(`--url ${values.url} is not a URL`);

const signal = abortOnSignals();
const steps = openSteps(process.stderr);
const out = join(REPOSITORY, OUT);
const work = await mkdtemp(join(tmpdir(), 'l4b-dist-'));
try {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const npm = await steps.run('npm package', () =>
    buildNpmPackage(REPOSITORY, join(work, 'npm'), out, signal),
  );
  const archives: Archive[] = [];
  for (const platform of PLATFORMS)
    archives.push(
      await steps.run(`executable for linux-${platform.arch}`, () =>
        buildArchive(platform, {
          root: REPOSITORY,
          version: VERSION,
          work: join(work, platform.arch),
          out,
          signal,
        }),
      ),
    );
  const sums = new Map(archives.map((archive) => [archive.file, archive.sha256]));
  sums.set(npm, sha256(await readFile(join(out, npm))));
  await writeFile(join(out, 'SHA256SUMS'), checksums(sums));
  await steps.run('krew accepts the manifest', (progress) =>
    validateKrew(archives, { version: VERSION, out, signal, progress }),
  );
  await writeFile(join(out, KREW_MANIFEST), krewManifest(VERSION, values.url.replace(/\/$/, ''), archives));
  for (const file of [...sums.keys(), 'SHA256SUMS', KREW_MANIFEST]) console.log(join(OUT, file));
} catch (error) {
  reportFailure(error, process.stderr);
} finally {
  await rm(work, { recursive: true, force: true });
}
