import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import { assertNone, type Check, type Finding } from './finding.ts';
import { type SourceFile, tree } from './tree.ts';

type Loose = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly Loose[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** An action by its major version or its commit: a branch may change under us. */
const ACTION = /^[\w.-]+\/[\w./-]+@(?:v\d+|[0-9a-f]{40})$/;

const ofWorkflow = (workflow: Loose, isHere: (command: string) => boolean): readonly string[] => {
  const jobs = isObject(workflow.jobs) ? Object.values(workflow.jobs).filter(isObject) : [];
  const steps = jobs.flatMap((job) => listOf(job.steps));
  return [
    ...(jobs.length === 0 || steps.length === 0 ? ['runs nothing'] : []),
    ...(workflow.on === undefined ? ['says not when it runs'] : []),
    ...(isObject(workflow.permissions) ? [] : ['has all permissions: name those that it needs']),
    ...jobs
      .filter((job) => job['timeout-minutes'] === undefined)
      .map(() => 'has a job without timeout-minutes'),
    ...steps.flatMap(({ uses, run }) => [
      ...(typeof uses === 'string' && !ACTION.test(uses) ? [`uses ${uses}, which is no fixed version`] : []),
      ...(typeof run === 'string' && !isHere(run) ? [`runs \`${run}\`, which the tree does not have`] : []),
      ...(uses === undefined && run === undefined ? ['has a step that does nothing'] : []),
    ]),
  ];
};

const FIELDS = ['markdown', 'textarea', 'input', 'dropdown', 'checkboxes'];

const ofForm = (form: Loose): readonly string[] => [
  ...['name', 'description'].filter((key) => typeof form[key] !== 'string').map((key) => `has no ${key}`),
  ...(listOf(form.body).length === 0 ? ['asks nothing'] : []),
  ...listOf(form.body)
    .filter(({ type }) => !FIELDS.includes(String(type)))
    .map(({ type }) => `has a field of type ${String(type)}`),
];

/** What GitHub would refuse, or read in another way than it is meant. */
const githubFindings =
  (isHere: (command: string) => boolean): Check =>
  ({ path, text }) => {
    if (!/^\.github\/.*\.ya?ml$/.test(path)) return [];
    const document = parseDocument(text);
    const [error] = document.errors;
    if (error !== undefined) return [{ path, says: error.message }];
    const content: unknown = document.toJS();
    if (!isObject(content)) return [{ path, says: 'is empty' }];
    const says = path.startsWith('.github/workflows/')
      ? ofWorkflow(content, isHere)
      : path.startsWith('.github/ISSUE_TEMPLATE/') && !path.endsWith('/config.yml')
        ? ofForm(content)
        : [];
    return says.map((said): Finding => ({ path, says: said }));
  };

const text = (files: readonly SourceFile[], wanted: string): string =>
  files.find(({ path }) => path === wanted)?.text ?? '';

test('what GitHub reads is valid, and its workflows run what the tree has', () => {
  const check = githubFindings((command) => command === 'make a');
  const count = (path: string, content: string) => check({ path, text: content }).length;
  const job = (step: string) =>
    `on: push\npermissions: {contents: read}\njobs:\n  a:\n    timeout-minutes: 9\n    steps:\n    - ${step}\n`;
  assert.equal(count('.github/workflows/a.yml', job('run: make a')), 0);
  assert.equal(count('.github/workflows/a.yml', job('run: make b')), 1);
  assert.equal(count('.github/workflows/a.yml', job('uses: actions/checkout@v4')), 0);
  assert.equal(count('.github/workflows/a.yml', job('uses: actions/checkout@main')), 1);
  assert.equal(count('.github/workflows/a.yml', 'jobs: {a: {}}'), 4);
  assert.equal(count('.github/workflows/a.yml', 'jobs: [\n'), 1);
  assert.equal(count('.github/ISSUE_TEMPLATE/a.yml', 'name: a\nbody: [{type: textbox}]\n'), 2);
  const files = tree();
  const targets = new Set([...text(files, 'Makefile').matchAll(/^([a-z0-9-]+):/gm)].map(([, name]) => name));
  const isHere = (command: string): boolean => {
    const [, target] = /^make ([a-z0-9-]+)/.exec(command) ?? [];
    return target === undefined
      ? command.includes(' .ci/run') || /^sudo chown /.test(command)
      : targets.has(target);
  };
  assert.ok(files.some(({ path }) => path.startsWith('.github/workflows/')));
  assertNone(files.flatMap(githubFindings(isHere)));
});

test('every action, image and feature of the dev container is named with its version', () => {
  const container: unknown = JSON.parse(text(tree(), '.devcontainer/devcontainer.json'));
  assert.ok(isObject(container) && typeof container.image === 'string' && isObject(container.features));
  for (const name of [container.image, ...Object.keys(container.features)]) assert.match(name, /:[\w.-]+$/);
});
