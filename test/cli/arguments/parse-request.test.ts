import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { completionLines } from '../../../cli/arguments/complete-words.ts';
import { parseRequest } from '../../../cli/arguments/parse-request.ts';
import { REPOSITORY } from '../../../tooling/process/folders.ts';
import { capture } from '../captured.ts';

const NAMES = ['edge', 'edge-udp', 'game'];
const lookup = async (prefix: string) => NAMES.filter((name) => name.startsWith(prefix));

const parse = async (argv: readonly string[], width?: number) => {
  const { terminal, written } = capture(width === undefined ? {} : { width });
  const parsed = await parseRequest(argv, terminal, lookup);
  return { parsed, ...written };
};

test('arguments may stand in any order, and flags take a value in both notations', async () => {
  const { parsed } = await parse(['status', '-o', 'json', 'edge', '--namespace=shop', '-w']);
  assert.ok(parsed.kind === 'Run' && parsed.request.command === 'status');
  const { command, name, output, namespace, watch, allNamespaces } = parsed.request;
  assert.deepEqual(
    { command, name, output, namespace, watch, allNamespaces },
    { command: 'status', name: 'edge', output: 'json', namespace: 'shop', watch: true, allNamespaces: false },
  );
});

const WRONG: readonly { readonly argv: readonly string[]; readonly message: RegExp }[] = [
  { argv: ['stats'], message: /Unexpected option or subcommand: `stats`\.\s+Did you mean `status`\?/ },
  { argv: ['status', '-o', 'xml'], message: /Expected one of "wide", "json", and "yaml", but got "xml"/ },
  { argv: ['status', '--outptu', 'json'], message: /option or subcommand: `--outptu`/ },
  { argv: ['status', 'edge', 'game'], message: /game/ },
  { argv: ['status', 'Edge'], message: /"Edge" is no name of a balancer/ },
  { argv: ['status', '-n'], message: /-n/ },
  {
    argv: ['why'],
    message: /NAME is missing: name a balancer; status -A lists all\.\nSee kubectl-l4b why --help\n$/,
  },
  { argv: ['diff'], message: /FILE is missing: name a manifest.*\nSee kubectl-l4b diff --help\n$/ },
  { argv: ['--nonsense'], message: /--nonsense.*\nSee kubectl-l4b --help\n$/ },
  { argv: ['top', 'edge', '--by', 'moon'], message: /Expected one of "listener".*but got "moon"/s },
  { argv: ['explain', 'edge', '--to', 'web'], message: /--from/ },
  { argv: ['explain', 'edge', '--from', 'host', '--to', 'web'], message: /"host" is no address, such as/ },
  { argv: ['explain', 'edge', '--from', '::1:80:', '--to', 'web'], message: /"::1:80:" is no address/ },
  {
    argv: ['explain', 'edge', '--from', '10.0.0.1:0', '--to', 'web'],
    message: /"10\.0\.0\.1:0" is no address/,
  },
  { argv: ['explain', 'edge', '--from', '10.0.0.1', '--to', 'Web'], message: /"Web" is neither the name/ },
  { argv: ['connections', 'edge', '--limit', '1001'], message: /1,?000/ },
  { argv: ['connections', 'edge', '--older-than', '5'], message: /"5" is no duration, such as 30s/ },
  { argv: ['connections', 'edge', '--sort', 'name'], message: /Expected one of "age".*but got "name"/s },
  { argv: ['connections', 'edge', '--client', 'host'], message: /"host" is neither an address/ },
  { argv: ['why', 'edge', '-o', 'wide'], message: /Expected one of "json" and "yaml", but got "wide"/ },
];

for (const { argv, message } of WRONG)
  test(`\`${argv.join(' ')}\` is refused with exit code 2, and the message names what is wrong`, async () => {
    const { parsed, out, err } = await parse(argv);
    assert.deepEqual(parsed, { kind: 'Answered', exitCode: 2 });
    assert.match(err, message);
    assert.equal(out, '');
  });

test('without arguments, the help lists the commands and the exit codes', async () => {
  const { parsed, out } = await parse([]);
  assert.deepEqual(parsed, { kind: 'Answered', exitCode: 0 });
  assert.match(out, /^ {2}status {2,}Show one balancer/m);
  assert.match(out, /Exit codes: 0 all is well/);
});

for (const [width, command, option] of [
  [80, 'status', '--all-namespaces'],
  [200, 'status', '--all-namespaces'],
  [80, 'explain', '--from'],
  [200, 'explain', '--from'],
  [80, 'connections', '--older-than'],
  [200, 'connections', '--older-than'],
] as const)
  test(`help of ${command} fits into ${width} columns`, async () => {
    const { out } = await parse([command, '--help'], width);
    assert.ok(out.includes(option), out);
    for (const line of out.split('\n')) assert.ok(line.length <= width, line);
  });

test('the help of each command says in its first lines what it needs', async () => {
  const { out } = await parse([]);
  const commands = [...out.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name = '']) => name);
  assert.ok(commands.length > 14, out);
  const usages = await Promise.all(
    commands.map(
      async (name) => /^Usage: kubectl-l4b (.*)$/m.exec((await parse([name, '--help'], 80)).out)?.[1],
    ),
  );
  assert.deepEqual(
    usages.filter((usage) => usage === undefined || usage.length > 65),
    [],
  );
  assert.ok(usages.includes('status [OPTION...] [NAME]'));
  assert.ok(usages.includes('explain --from IP[:PORT] --to LISTENER [OPTION...] NAME'));
});

test('docs/cli.md has each command beside exit code 1 whose help promises it', async () => {
  const { out } = await parse([]);
  const commands = [...out.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name = '']) => name);
  const helps = await Promise.all(
    commands.map(async (name) => ({ name, help: (await parse([name, '--help'])).out })),
  );
  const promising = helps.filter(({ help }) => /Exits\s+with\s+1/.test(help)).map(({ name }) => name);
  assert.ok(promising.length > 8, promising.join());
  const page = readFileSync(join(REPOSITORY, 'docs', 'cli.md'), 'utf8');
  const row = /^\| 1 \| (.*)$/m.exec(page)?.[1] ?? assert.fail('no row of exit code 1');
  assert.deepEqual(
    promising.filter((name) => !new RegExp(`\`${name}\\b`).test(row)),
    [],
  );
});

for (const shell of ['bash', 'zsh', 'fish'])
  test(`there is a completion script for ${shell}`, async () => {
    const { out, parsed } = await parse(['completion', shell]);
    assert.deepEqual(parsed, { kind: 'Answered', exitCode: 0 });
    assert.match(out, /kubectl-l4b/);
  });

test('completion offers commands, flags, values, and the names of balancers', async () => {
  const offered = async (...words: readonly string[]) => (await completionLines(words, lookup)).slice(0, -1);
  assert.deepEqual(await offered('sta'), ['status']);
  assert.deepEqual(await offered('status', 'ed'), ['edge', 'edge-udp']);
  assert.deepEqual(await offered('status', '--all'), ['--all-namespaces']);
  assert.deepEqual(await offered('explain', 'edge', '--fr'), ['--from']);
  assert.deepEqual(await offered('connections', 'edge', '--sort', 'b'), ['bytes']);
  assert.deepEqual(await offered('status', '-o', 'y'), ['yaml']);
});

test('kubectl is told to offer no file names in addition', async () => {
  assert.equal((await completionLines(['status', 'g'], lookup)).at(-1), ':4');
});
