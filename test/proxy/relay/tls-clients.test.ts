import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createAuthority } from '../../../cluster/access/certificates.ts';
import { type ChildError, runChild } from '../../../tooling/process/child.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { startMariadb, startPostgres } from './database-servers.ts';
import { AUTHORITY, answerIn, type NamedServer, startNamedServer } from './named-server.ts';
import { ProxyProcess } from './proxy-process.ts';

/** Programs as users have them, each through this proxy to a server that it chooses by its name. */
const PORTS = ['web', 'postgres', 'mysql', 'postgres-server', 'mysql-server'] as const;
const authority = createAuthority('databases');
const identity = authority.issue({ commonName: 'db', altNames: ['db.example.com'] });

let folder: string;
let proxy: ProxyProcess;
let ports: Readonly<Record<(typeof PORTS)[number], number>>;
const named: NamedServer[] = [];
const running: { stop(): Promise<void> }[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'l4b-tls-'));
  await writeFile(join(folder, 'web.pem'), AUTHORITY);
  await writeFile(join(folder, 'databases.pem'), authority.certificate);
  const free = await freePorts(PORTS.length);
  ports = Object.fromEntries(PORTS.map((name, i) => [name, free[i]])) as typeof ports;
  running.push(
    await startPostgres(ports['postgres-server'], identity),
    await startMariadb(ports['mysql-server'], identity),
  );
  named.push(await startNamedServer('web'), await startNamedServer('other'));
  const at = (name: string, port: number | undefined) => ({
    name,
    endpoints: [{ address: '127.0.0.1', port: port ?? 0 }],
  });
  proxy = await ProxyProcess.start({
    listeners: [
      {
        name: 'web',
        port: ports.web,
        backend: 'other',
        tls: { mode: 'Passthrough', routes: [{ hostnames: ['*.example.com'], backend: 'web' }] },
      },
      {
        name: 'postgres',
        port: ports.postgres,
        tls: {
          mode: 'Passthrough',
          startTls: 'PostgreSQL',
          routes: [{ hostnames: ['db.example.com'], backend: 'postgres' }],
        },
      },
      {
        name: 'mysql',
        port: ports.mysql,
        backend: 'mysql',
        tls: {
          mode: 'Passthrough',
          startTls: 'MySQL',
          routes: [{ hostnames: ['none.example.com'], backend: 'other' }],
        },
      },
    ],
    backends: [
      at('web', named[0]?.port),
      at('other', named[1]?.port),
      at('postgres', ports['postgres-server']),
      at('mysql', ports['mysql-server']),
    ],
  });
});

after(async () => {
  await proxy?.stop();
  for (const program of running) await program.stop();
  for (const server of named) await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** What a program prints that fails. */
const failing = (child: Promise<string>): Promise<string> =>
  child.then(
    (output) => assert.fail(`did not fail: ${output}`),
    (error: ChildError) => error.lastLines.join('\n'),
  );

for (const [name, server] of [
  ['a.example.com', 'web'],
  ['other.example', 'other'],
] as const)
  test(`curl, told to connect to ${name} here, reaches ${server} and verifies it`, async () => {
    const body = await runChild([
      ...(['curl', '--silent', '--show-error', '--http1.1', '--cacert', join(folder, 'web.pem')] as const),
      ...['--connect-to', `${name}:443:127.0.0.1:${ports.web}`, `https://${name}/`],
    ]);
    const answer = answerIn(`\r\n\r\n${body}`);
    assert.deepEqual([answer.server, answer.name, answer.protocol], [server, name, 'http/1.1']);
  });

test('psql with sslmode verify-full reaches the server of its host name', async () => {
  const conninfo = (host: string): string =>
    `host=${host} hostaddr=127.0.0.1 port=${ports.postgres} user=tester dbname=postgres sslmode=verify-full sslrootcert=${join(folder, 'databases.pem')}`;
  const query = 'select version from pg_stat_ssl where pid = pg_backend_pid()';
  const psql = (host: string) => runChild(['psql', '-Atc', query, conninfo(host)]);
  assert.equal((await psql('db.example.com')).trim(), 'TLSv1.3');
  assert.match(await failing(psql('x.example.com')), /SSL|reset|closed/);
});

test('psql without TLS is told that it is required', async () => {
  const conninfo = `host=127.0.0.1 port=${ports.postgres} user=tester dbname=postgres sslmode=disable`;
  assert.match(await failing(runChild(['psql', '-Atc', 'select 1', conninfo])), /TLS is required/);
});

test('the client of MariaDB proves its password to a server that it has not seen the greeting of', async () => {
  const mariadb = (password: string) =>
    runChild([
      ...([
        'mariadb',
        '--no-defaults',
        '--protocol=tcp',
        '--host=127.0.0.1',
        `--port=${ports.mysql}`,
      ] as const),
      ...['--user=tester', `--password=${password}`, '--ssl', '--batch', '--skip-column-names'],
      ...['--execute', "show status like 'Ssl_version'"],
    ]);
  assert.equal((await mariadb('secret')).trim(), 'Ssl_version\tTLSv1.3');
  assert.match(await failing(mariadb('wrong')), /Access denied/);
});
