import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingTool, streamModule, versionIn } from './tools.ts';

test('a version is found in the output of each tool', () => {
  const cases = [
    ['wrk debian/4.1.0-3+b2 [epoll] Copyright', '4.1.0'],
    ['HAProxy version 2.6.12-1+deb12u4 2026/10/17', '2.6.12'],
    ['nginx version: nginx/1.22.1\nbuilt with OpenSSL 3.0.22', '1.22.1'],
    ['iperf 3.12 (cJSON 1.7.15)', '3.12'],
    ['', 'unknown version'],
  ] as const;
  for (const [output, expected] of cases) assert.equal(versionIn(output), expected);
});

test('nginx has its stream module built in, as a file, or not at all', () => {
  const dynamic =
    'configure arguments: --modules-path=/lib/nginx --with-stream=dynamic --with-http_ssl_module';
  const path = '/lib/nginx/ngx_stream_module.so';
  assert.deepEqual(
    streamModule(dynamic, (at) => at === path),
    { load: `load_module ${path};` },
  );
  assert.equal(
    streamModule(dynamic, () => false),
    undefined,
  );
  assert.deepEqual(
    streamModule('--with-stream --with-mail', () => false),
    { load: '' },
  );
  assert.equal(
    streamModule('--with-mail', () => true),
    undefined,
  );
});

test('the message about a missing tool names the package to install', () => {
  assert.match(missingTool('nginx stream'), /apt-get install libnginx-mod-stream/);
});
