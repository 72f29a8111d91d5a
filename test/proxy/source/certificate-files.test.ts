import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CertificateFile } from '../../../proxy/configuration/configuration.ts';
import { certificatesOf } from '../../../proxy/configuration/listener-certificates.ts';
import { followCertificateFiles } from '../../../proxy/source/certificate-files.ts';
import { Certificates } from '../../../proxy/source/certificates.ts';
import { checkCertificateFiles } from '../../../proxy/source/check-certificates.ts';
import { until } from '../../../tooling/wait/until.ts';
import { selfSigned } from '../certificates.ts';
import { CertificateFolder } from '../relay/certificate-folder.ts';

const A = selfSigned(['a.test']);
const B = selfSigned(['b.test']);

/** A follower of files in a folder, and the names of the hosts in each that is in use. */
const following = (folder: string, first: readonly CertificateFile[]) => {
  let files = first;
  const certificates = new Certificates();
  const follower = followCertificateFiles(folder, certificates, () => files);
  const follow = (next: readonly CertificateFile[]): void => {
    files = next;
    const listeners = [{ certificateNames: next.map(({ certificate }) => certificate) }];
    follower.setNames(certificatesOf({ listeners } as never));
  };
  const inUse = () =>
    Object.fromEntries(
      [...certificates.known].map(([name, pair]) => [name, pair === 'None' ? [] : pair.names]),
    );
  follow(first);
  return {
    follow,
    inUse,
    stop() {
      follower.stop();
      certificates.stop();
    },
  };
};

const PAIR = { certificate: 'web.pem', key: 'web.key' };

test('files are read at once, relative to the manifest, and followed', async () => {
  using folder = new CertificateFolder();
  await folder.write('web', A);
  const { inUse, stop } = following(folder.folder, [PAIR]);
  assert.deepEqual(inUse(), { 'web.pem': ['a.test'] });
  await folder.write('web', B);
  await until('the new pair is in use', async () => inUse()['web.pem']?.[0] === 'b.test');
  stop();
});

test('a pair that gets another key file is read anew, and one that nobody has any more is forgotten', async () => {
  using folder = new CertificateFolder();
  await folder.write('web', { ...A, key: B.key });
  await folder.write('other', { certificate: '', key: A.key });
  const { inUse, follow, stop } = following(folder.folder, [PAIR]);
  assert.deepEqual(inUse(), { 'web.pem': [] });
  follow([{ certificate: 'web.pem', key: 'other.key' }]);
  assert.deepEqual(inUse(), { 'web.pem': ['a.test'] });
  follow([]);
  assert.deepEqual(inUse(), {});
  stop();
});

test('a check says what is wrong with which file', async () => {
  using folder = new CertificateFolder();
  await folder.write('good', A);
  await folder.write('bad', { ...A, key: B.key });
  const found = checkCertificateFiles(
    ['good', 'bad', 'missing'].map((name) => ({ certificate: `${name}.pem`, key: `${name}.key` })),
    folder.folder,
  );
  assert.deepEqual(
    found.map(({ file }) => file.slice(folder.folder.length + 1)),
    ['bad.pem', 'missing.pem'],
  );
  assert.match(found[0]?.finding.message ?? '', /does not belong/);
  assert.match(found[1]?.finding.message ?? '', /there is no such file/);
});
