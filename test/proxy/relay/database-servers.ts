import { chownSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Identity } from '../../../cluster/access/certificates.ts';
import { runChild } from '../../../tooling/process/child.ts';
import { type OtherProgram, startProgram } from './other-proxy.ts';

const POSTGRES_FOLDERS = '/usr/lib/postgresql';
const isRoot = (): boolean => process.getuid?.() === 0;

/** Runs a program as another user, since neither server wants to be root. */
const as = (user: string, path: string, ...rest: readonly string[]): readonly [string, ...string[]] =>
  isRoot()
    ? ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', path, ...rest]
    : [path, ...rest];

const postgresProgram = (name: string, ...rest: readonly string[]): readonly [string, ...string[]] => {
  const [version] = readdirSync(POSTGRES_FOLDERS);
  return as('postgres', join(POSTGRES_FOLDERS, version ?? '', 'bin', name), ...rest);
};

/** A new folder that belongs to a user, and the pair in it, which nobody else may read. */
const folderOf = async (user: string, identity: Identity | undefined): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), `l4b-${user}-`));
  const paths = [folder];
  for (const [name, text] of Object.entries(identity ?? {})) {
    const path = join(folder, `${name}.pem`);
    await writeFile(path, text, { mode: 0o600 });
    paths.push(path);
  }
  if (!isRoot()) return folder;
  const id = async (kind: string) => Number(await runChild(['id', kind, user]));
  const [uid, gid] = [await id('-u'), await id('-g')];
  for (const path of paths) chownSync(path, uid, gid);
  return folder;
};

/** Starts PostgreSQL with a user `tester` who needs no password; with TLS if it is given a certificate. */
export const startPostgres = async (port: number, identity?: Identity): Promise<OtherProgram> => {
  const folder = await folderOf('postgres', identity);
  const data = join(folder, 'data');
  await runChild(postgresProgram('initdb', '-D', data, '-A', 'trust', '-U', 'tester', '--no-sync'));
  const tls = [
    ...['-c', 'ssl=on', '-c', `ssl_cert_file=${join(folder, 'certificate.pem')}`],
    ...['-c', `ssl_key_file=${join(folder, 'key.pem')}`],
  ];
  const argv = postgresProgram(
    'postgres',
    ...['-D', data, '-p', String(port), '-k', data, '-c', 'listen_addresses=127.0.0.1', '-F'],
    ...(identity === undefined ? [] : tls),
  );
  return startProgram(argv, port, () => rm(folder, { recursive: true, force: true }));
};

/** Starts MariaDB with TLS and a user `tester` with the password `secret`. */
export const startMariadb = async (port: number, identity: Identity): Promise<OtherProgram> => {
  const folder = await folderOf('mysql', identity);
  const data = join(folder, 'data');
  await runChild(
    as(
      'mysql',
      'mariadb-install-db',
      '--no-defaults',
      `--datadir=${data}`,
      '--skip-test-db',
      '--auth-root-authentication-method=normal',
    ),
  );
  const first = join(folder, 'first.sql');
  await writeFile(first, "CREATE USER tester IDENTIFIED BY 'secret';\n");
  if (isRoot()) await runChild(['chown', 'mysql', first]);
  const argv = as(
    'mysql',
    'mariadbd',
    ...['--no-defaults', `--datadir=${data}`, `--port=${port}`, '--bind-address=127.0.0.1'],
    ...[`--socket=${join(folder, 's')}`, `--pid-file=${join(folder, 'pid')}`, `--init-file=${first}`],
    ...[`--ssl-cert=${join(folder, 'certificate.pem')}`, `--ssl-key=${join(folder, 'key.pem')}`],
  );
  return startProgram(argv, port, () => rm(folder, { recursive: true, force: true }));
};
