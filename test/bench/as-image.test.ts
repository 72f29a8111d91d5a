import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REPOSITORY } from '../../tooling/process/folders.ts';
import { proxyStart, readDockerfile } from './peers/as-image.ts';

test('the relay is measured with the flags and environment variables of its image', () => {
  const text = `FROM base
ENV NODE_ENV=production A=1
ENTRYPOINT ["/usr/local/bin/node", "--one", "--two=3", "/app/bin/x.js"]
`;
  assert.deepEqual(readDockerfile(text), {
    variables: ['NODE_ENV=production', 'A=1'],
    flags: ['--one', '--two=3'],
    entry: 'bin/x.js',
  });
  const real = proxyStart(REPOSITORY);
  assert.equal(real.entry, 'bin/l4balancer-proxy.js');
  assert.ok(real.flags.includes('--disable-sigusr1'));
  assert.ok(real.variables.includes('NODE_ENV=production'));
});
