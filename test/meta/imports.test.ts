import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNone, type Check } from './finding.ts';
import { importsOf } from './imports.ts';
import { tree } from './tree.ts';

interface Rule {
  /** Files to which the rule applies. */
  readonly of: RegExp;
  /** What they must not import. */
  readonly never: RegExp;
  readonly why: string;
  /** Types may be imported, since they are erased. */
  readonly exceptTypes?: boolean;
  /** A file that breaks the rule. */
  readonly example: { readonly path: string; readonly text: string };
}

const KUBERNETES_CLIENT = /^@kubernetes\//;

const RULES: readonly Rule[] = [
  {
    of: /^(operator|proxy)\//,
    never: /^cli\//,
    why: 'the command line looks at the programs; they know nothing of it',
    example: { path: 'operator/a.ts', text: "import { b } from '../cli/print/b.ts';" },
  },
  {
    of: /^page\/(?!build|generate)/,
    never: /^(bin|cli|crds|kube|operator|program|proxy|tooling|node:)/,
    why: 'the page runs in a browser, and knows what it shows by the contract of the report alone',
    example: { path: 'page/parts/a.tsx', text: "import { b } from '../../proxy/admin/b.ts';" },
  },
  {
    of: /^page\/(?!build|generate)/,
    never: /^report\//,
    why: 'the contract’s types are enough for the page; its parser would triple its size',
    exceptTypes: true,
    example: { path: 'page/state/a.ts', text: "import { status } from '../../report/status.ts';" },
  },
  {
    of: /^(?!page\/|test\/)/,
    never: /^page\//,
    why: 'the page is built into one file, which is all that programs know of it',
    example: { path: 'proxy/admin/a.ts', text: "import { b } from '../../page/words/b.ts';" },
  },
  {
    of: /^cli\//,
    never: /^(operator|proxy)\//,
    why: 'the command line knows the programs by their contracts alone',
    example: { path: 'cli/a.ts', text: "import { b } from '../operator/b.ts';" },
  },
  {
    of: /^operator\//,
    never: /^proxy\//,
    why: 'the operator knows the proxy only through its admin endpoint',
    example: { path: 'operator/status/a.ts', text: "import { b } from '../../proxy/engine/b.ts';" },
  },
  {
    of: /^proxy\//,
    never: /^operator\//,
    why: 'the proxy serves without an operator',
    example: { path: 'proxy/source/a.ts', text: "import type { B } from '../../operator/b.ts';" },
  },
  {
    of: /^crds\//,
    never: /^(cli|kube|operator|program|proxy|report)\//,
    why: 'the contract depends on nothing',
    example: { path: 'crds/a.ts', text: "export { b } from '../kube/b.ts';" },
  },
  {
    of: /^report\//,
    never: /^(cli|kube|operator|program|proxy)\//,
    why: 'what a proxy reports is a contract between programs of any version, and depends on none of them',
    example: { path: 'report/a.ts', text: "import type { B } from '../proxy/b.ts';" },
  },
  {
    of: /^proxy\//,
    never: /^report\/(?!version\.ts$)/,
    why: 'the proxy builds its report as the contract’s type, and parses none',
    exceptTypes: true,
    example: { path: 'proxy/admin/a.ts', text: "import { status } from '../../report/status.ts';" },
  },
  {
    of: /^kube\//,
    never: /^(cli|operator|proxy|report)\//,
    why: 'the client serves both programs',
    example: { path: 'kube/a.ts', text: "await import('../proxy/b.ts');" },
  },
  {
    of: /^program\//,
    never: /^(cli|crds|kube|operator|proxy|report)\//,
    why: 'code that every program needs depends on no other room',
    example: { path: 'program/a.ts', text: "import { b } from '../kube/b.ts';" },
  },
  {
    of: /^(cli|crds|kube|operator|program|report|proxy\/(?!sys\/))/,
    never: /^koffi$/,
    why: 'only proxy/sys calls the kernel directly',
    example: { path: 'proxy/relay-engine/acceptor/a.ts', text: "import koffi from 'koffi';" },
  },
  {
    of: /^proxy\//,
    never: /^kube\/apply\.ts$/,
    why: 'the proxy only reads the API server',
    example: { path: 'proxy/source/a.ts', text: "import { createWriter } from '../../kube/apply.ts';" },
  },
  {
    of: /^(cli|crds|operator|program|proxy|report)\//,
    never: KUBERNETES_CLIENT,
    why: 'kube/ is the only client',
    example: { path: 'operator/a.ts', text: "import { KubeConfig } from '@kubernetes/client-node';" },
  },
  {
    of: /^proxy\/(?!source\/|check\.ts$|configuration\/from-)/,
    never: /^crds\/(access-log|backend|capacity|drain|effective|l4balancer|listener|tuning|workload)\.ts$/,
    why: 'an L4Balancer is one source of a configuration, and only proxy/configuration/from-l4balancer.ts translates it',
    example: { path: 'proxy/table/a.ts', text: "import type { Backend } from '../../crds/backend.ts';" },
  },
  {
    of: /^proxy\/relay-engine\/acceptor\//,
    never: /^(zod|pino|prom-client|yaml|undici)$/,
    why: 'an acceptor only makes system calls',
    example: { path: 'proxy/relay-engine/acceptor/a.ts', text: "import { pino } from 'pino';" },
  },
  {
    of: /^proxy\/(?!relay-engine\/|run\/run\.ts$)/,
    never: /^proxy\/relay-engine\//,
    why: 'an engine is known by its port, proxy/engine; only proxy/run/run.ts chooses one',
    example: {
      path: 'proxy/admin/a.ts',
      text: "import type { B } from '../relay-engine/acceptor/b.ts';",
    },
  },
  {
    of: /^proxy\/engine\//,
    never: /^(proxy\/sys\/|node:)/,
    why: 'an engine may have no threads and no descriptors',
    example: { path: 'proxy/engine/a.ts', text: "import type { Worker } from 'node:worker_threads';" },
  },
  {
    of: /^(cli|crds|kube|operator|program|proxy|report)\//,
    never: /^(test|e2e|scripts|cluster|tooling)\//,
    why: 'production code does not depend on tests and tools',
    example: { path: 'kube/a.ts', text: "import { until } from '../tooling/wait/until.ts';" },
  },
  {
    of: /^tooling\//,
    never: /^(crds|kube|operator|program|proxy|report|cluster|scripts|test|e2e)\//,
    why: 'code that all tools share depends neither on them nor on the programs',
    example: { path: 'tooling/process/a.ts', text: "import { b } from '../../scripts/run/b.ts';" },
  },
  {
    of: /^cluster\//,
    never: /^(operator|proxy|report|scripts|test|e2e)\//,
    why: 'a cluster depends neither on what runs in it nor on what starts it',
    example: { path: 'cluster/own/a.ts', text: "import { b } from '../../test/b.ts';" },
  },
  {
    of: /^scripts\//,
    never: /^(test|e2e)\//,
    why: 'tests import scripts; scripts start tests by their paths',
    example: { path: 'scripts/run/a.ts', text: "import { b } from '../../e2e/support/b.ts';" },
  },
  {
    of: /^(cli|crds|kube|operator|program|proxy|report)\//,
    never: /^(undici|prom-client|node:https?|node:http2|node:tls)$/,
    why: 'these load much more than is used: program/late-modules.ts, program/prometheus.ts and kube/undici.ts load only what is',
    exceptTypes: true,
    example: { path: 'proxy/a.ts', text: "import http, { type Server } from 'node:http';" },
  },
];

const check =
  ({ of, never, why, exceptTypes = false }: Rule): Check =>
  (file) =>
    of.test(file.path)
      ? importsOf(file)
          .filter(({ target, typeOnly }) => never.test(target) && !(exceptTypes && typeOnly))
          .map(({ target, line }) => ({
            path: file.path,
            line,
            message: `must not import ${target}: ${why}`,
          }))
      : [];

const files = tree().filter(({ path }) => /\.(tsx?|js)$/.test(path));

for (const rule of RULES)
  test(`${rule.of.source} never imports ${rule.never.source}: ${rule.why}`, () => {
    assert.equal(check(rule)(rule.example).length, 1, 'the example that breaks the rule is not found');
    assertNone(files.flatMap(check(rule)));
  });

test('every form of import in TypeScript is found', () => {
  const text = [
    "import a, { type T, b as c } from './a.ts';",
    'import {',
    '  d,',
    "} from './d.ts';",
    "import type { E } from './e.ts';",
    "import { type F } from './f.ts';",
    "export * from './g.ts';",
    "import './h.ts';",
    "const i = await import('./i.ts');",
    "new Worker(new URL('./j.ts', import.meta.url));",
    "// import './k.ts';",
    "const text = 'x'; /* from './l.ts' */",
  ].join('\n');
  const found = importsOf({ path: 'crds/x.ts', text });
  assert.deepEqual(found.map(({ target }) => target).sort(), [
    ...'adefghij'.split('').map((name) => `crds/${name}.ts`),
  ]);
  assert.deepEqual(found.find(({ target }) => target === 'crds/a.ts')?.names, ['b']);
  assert.deepEqual(
    found.filter(({ typeOnly }) => typeOnly).map(({ target }) => target),
    ['crds/e.ts', 'crds/f.ts'],
  );
  assert.equal(found.find(({ target }) => target === 'crds/d.ts')?.line, 2);
});
