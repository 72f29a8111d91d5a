import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { type CheapCommand, cheapCommands, commandFindings } from './commands.ts';
import { assertNone, type Finding } from './finding.ts';
import { blocksOf, commandsOf } from './markdown.ts';
import { ROOT, tree } from './tree.ts';

const files = tree();
const folder = mkdtempSync(join(tmpdir(), 'l4b-commands-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const block = (language: string, body: string, mark = ''): string =>
  `${mark}\n\n\`\`\`${language}\n${body}\n\`\`\`\n`;

test('the commands of a block are its lines without comments, with continuation lines joined', () => {
  const body = '# why\nhelm install a \\\n  --set b=c   # so\n\nkubectl get a#b \\\n  | sort\nx\n  | y';
  assert.deepEqual(commandsOf(body), ['helm install a --set b=c', 'kubectl get a#b | sort', 'x | y']);
});

test('a mark applies to the block directly below it', () => {
  const text = `<!-- not run: needs a cluster -->\n\n${block('sh', 'a')}\n${block('sh', 'b')}`;
  assert.deepEqual(
    blocksOf(text).map(({ body, mark }) => [body, mark?.text]),
    [
      ['a', 'needs a cluster'],
      ['b', undefined],
    ],
  );
});

test('each command of a document is run by a test, or its block says why not', () => {
  const check = commandFindings(
    new Map([
      ['test/a.test.ts', "run(['helm', 'install', 'a']);\nrun(`scripts/run.ts`, '--fast');"],
      ['test/b.test.ts', "read('README.md').match(/a b c[^`]*/)"],
      ['Makefile', 'run: a ## b\n\t@node scripts/run.ts $(ARGS)\n'],
    ]),
  );
  const table: readonly [string, number][] = [
    [block('sh', 'make'), 0],
    [block('sh', 'node_modules/.bin/node bin/l4balancer-proxy.js --help   # flags'), 0],
    [block('sh', 'helm install a\nhelm uninstall a'), 2],
    [block('sh', 'helm install a', '<!-- run by: test/a.test.ts -->'), 0],
    [block('sh', 'helm uninstall a', '<!-- run by: test/a.test.ts -->'), 1],
    [block('sh', 'make run', '<!-- run by: test/a.test.ts -->'), 0],
    [block('sh', 'make run ARGS=--fast', '<!-- run by: test/a.test.ts -->'), 0],
    [block('sh', 'make run ARGS=--slow', '<!-- run by: test/a.test.ts -->'), 1],
    [block('sh', '# a b c: why\nanything', '<!-- run by: test/b.test.ts -->'), 0],
    [block('sh', 'anything', '<!-- run by: test/b.test.ts -->'), 1],
    [block('sh', 'make run', '<!-- run by: test/gone.test.ts -->'), 1],
    [block('sh', 'anything', '<!-- not run: it takes a cloud -->'), 0],
    [block('sh', 'anything', '<!-- not run: because -->'), 1],
    [block('sh', 'make', '<!-- not run -->'), 1],
    [`<!-- not run: it takes a cloud -->\n\nText.\n${block('sh', 'make')}`, 1],
    [block('yaml', 'a: b', '<!-- not run: it takes a cloud -->'), 1],
    [block('', 'kubectl get pods'), 1],
    [block('text', '$ uname'), 1],
    [block('console', 'uname'), 1],
    [block('', 'kubectl, Helm, GitOps\n  make down  removes it'), 0],
  ];
  for (const [text, expected] of table)
    assert.equal(check({ path: 'README.md', text }).length, expected, text);
  assertNone(files.flatMap(commandFindings(new Map(files.map(({ path, text }) => [path, text])))));
});

/** Runs the command as written; a YAML file that is not in the tree gets the manifest of the page. */
const findingsOf = async ({ path, line, command, manifest }: CheapCommand): Promise<readonly Finding[]> => {
  const at = join(folder, `${path.replaceAll('/', '-')}-${line}.yaml`);
  writeFileSync(at, manifest);
  const [program = '', ...args] = command
    .split(' ')
    .map((word) => (word.endsWith('.yaml') && !existsSync(join(ROOT, word)) ? at : word));
  try {
    await promisify(execFile)(program.endsWith('node') ? process.execPath : program, args, {
      cwd: ROOT,
      maxBuffer: 16 << 20,
      timeout: 60_000,
    });
    return [];
  } catch (error) {
    const { stderr = '' } = error as { readonly stderr?: string };
    return [{ path, line, message: `shows \`${command}\`, which fails: ${stderr.trim().slice(0, 500)}` }];
  }
};

test('the cheap commands of the documents succeed', async () => {
  const broken = {
    path: 'README.md',
    line: 1,
    command: 'node bin/l4balancer-proxy.js --check gone.yaml',
    manifest: '',
  };
  assert.equal((await findingsOf(broken)).length, 1);
  const readme = files.find(({ path }) => path === 'README.md')?.text ?? '';
  const first = blocksOf(readme).find(({ body }) => body.startsWith('apiVersion: l4balancer.dev/'))?.body;
  const shown = new Map(
    files.flatMap((file) => cheapCommands(file, first)).map((cheap) => [JSON.stringify(cheap), cheap]),
  );
  assert.ok(shown.size > 0);
  const findings = await Promise.all([...shown.values()].map(findingsOf));
  assertNone(findings.flat());
});
