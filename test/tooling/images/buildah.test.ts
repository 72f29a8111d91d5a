import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildahBuilder } from '../../../tooling/images/buildah.ts';
import { runChild } from '../../../tooling/process/child.ts';
import { REPOSITORY } from '../../../tooling/process/folders.ts';

test('a build removes what an earlier build left that was killed', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-buildah-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const signal = AbortSignal.timeout(120_000);
  const buildah = (...argv: readonly string[]): Promise<string> =>
    runChild(['buildah', '--root', join(folder, 'storage'), '--runroot', join(folder, 'run'), ...argv], {
      signal,
    });
  // A build works in a container, which stays when the build is killed.
  await buildah('from', 'scratch');
  assert.notEqual(await buildah('containers', '--quiet'), '');

  const builder = await buildahBuilder(REPOSITORY, folder);
  const tar = join(folder, 'redis.tar');
  await builder.redis('localhost/l4balancer-redis:test', tar, { signal, onLine: () => {} });
  assert.ok(statSync(tar).size > 1_000_000);
  assert.equal(await buildah('containers', '--quiet'), '');
});
