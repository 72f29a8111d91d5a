import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import { assertNone, type Check, type Finding } from './finding.ts';
import { type SourceFile, tree } from './tree.ts';

type Loose = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly Loose[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** Actions must be pinned to a major version or a commit, since a branch may change. */
const ACTION = /^[\w.-]+\/[\w./-]+@(?:v\d+|[0-9a-f]{40})$/;

const ofWorkflow = (workflow: Loose, isKnown: (command: string) => boolean): readonly string[] => {
  const jobs = isObject(workflow.jobs) ? Object.values(workflow.jobs).filter(isObject) : [];
  const steps = jobs.flatMap((job) => listOf(job.steps));
  return [
    ...(jobs.length === 0 || steps.length === 0 ? ['has no steps'] : []),
    ...(workflow.on === undefined ? ['has no triggers'] : []),
    ...(isObject(workflow.permissions) ? [] : ['has default permissions: list those that it needs']),
    ...jobs
      .filter((job) => job['timeout-minutes'] === undefined)
      .map(() => 'has a job without timeout-minutes'),
    ...steps.flatMap(({ uses, run }) => [
      ...(typeof uses === 'string' && !ACTION.test(uses)
        ? [`uses ${uses}, which is not a fixed version`]
        : []),
      ...(typeof run === 'string' && !isKnown(run)
        ? [`runs \`${run}\`, which does not exist in the tree`]
        : []),
      ...(uses === undefined && run === undefined ? ['has a step without uses or run'] : []),
    ]),
  ];
};

const FIELDS = ['markdown', 'textarea', 'input', 'dropdown', 'checkboxes'];

const ofForm = (form: Loose): readonly string[] => [
  ...['name', 'description'].filter((key) => typeof form[key] !== 'string').map((key) => `has no ${key}`),
  ...(listOf(form.body).length === 0 ? ['has no fields'] : []),
  ...listOf(form.body)
    .filter(({ type }) => !FIELDS.includes(String(type)))
    .map(({ type }) => `has a field of type ${String(type)}`),
];

/** Files that GitHub would reject or misread. */
const githubFindings =
  (isKnown: (command: string) => boolean): Check =>
  ({ path, text }) => {
    if (!/^\.github\/.*\.ya?ml$/.test(path)) return [];
    const document = parseDocument(text);
    const [error] = document.errors;
    if (error !== undefined) return [{ path, message: error.message }];
    const content: unknown = document.toJS();
    if (!isObject(content)) return [{ path, message: 'is empty' }];
    const messages = path.startsWith('.github/workflows/')
      ? ofWorkflow(content, isKnown)
      : path.startsWith('.github/ISSUE_TEMPLATE/') && !path.endsWith('/config.yml')
        ? ofForm(content)
        : [];
    return messages.map((text): Finding => ({ path, message: text }));
  };

const text = (files: readonly SourceFile[], wanted: string): string =>
  files.find(({ path }) => path === wanted)?.text ?? '';

test('the files for GitHub are valid, and workflows run only commands that exist', () => {
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
  const isKnown = (command: string): boolean => {
    const [, target] = /^make ([a-z0-9-]+)/.exec(command) ?? [];
    return target === undefined
      ? command.includes(' .ci/run') || /^sudo chown /.test(command)
      : targets.has(target);
  };
  assert.ok(files.some(({ path }) => path.startsWith('.github/workflows/')));
  assertNone(files.flatMap(githubFindings(isKnown)));
});

test('the image and features of the dev container are pinned to a version', () => {
  const container: unknown = JSON.parse(text(tree(), '.devcontainer/devcontainer.json'));
  assert.ok(isObject(container) && typeof container.image === 'string' && isObject(container.features));
  for (const name of [container.image, ...Object.keys(container.features)]) assert.match(name, /:[\w.-]+$/);
});
