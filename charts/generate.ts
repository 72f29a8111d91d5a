/**
 * Writes the files derived from others: the chart's copy of the CRD, the copy of its default values, its
 * alerts and dashboards from charts/monitoring, and install.yaml, which is the chart rendered with its
 * default values.
 *
 *   node charts/generate.ts [--check]      --check writes nothing and fails if a file differs
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { toolProgram } from '../tooling/assets/programs.ts';
import { runChild } from '../tooling/process/child.ts';
import { REPOSITORY } from '../tooling/process/folders.ts';
import { DASHBOARDS } from './monitoring/all-dashboards.ts';
import { dashboardJson } from './monitoring/dashboard-json.ts';
import { rulesFile } from './monitoring/rules-file.ts';

const CRD = join(REPOSITORY, 'crds', 'l4balancers.yaml');
const CHART = join(REPOSITORY, 'charts', 'l4balancer-operator');
const CHART_CRD = join(CHART, 'files', 'l4balancers.yaml');
const CHART_VALUES = join(CHART, 'values.yaml');
const CHART_DEFAULTS = join(CHART, 'files', 'defaults.yaml');
const CHART_ALERTS = join(CHART, 'files', 'alerts.yaml');
const CHART_DASHBOARDS = join(CHART, 'files', 'dashboards');
const INSTALL = join(REPOSITORY, 'install.yaml');
const NAMESPACE = 'l4balancer-system';
const RELEASE = 'l4balancer-operator';

const KEEP = `metadata:
  annotations:
    # helm uninstall keeps it: deleting the definition would delete every L4Balancer.
    helm.sh/resource-policy: keep
`;

const INSTALL_HEAD = `# Written by charts/generate.ts from charts/l4balancer-operator with its default values. Do not edit.
#
#   kubectl apply --server-side -f install.yaml
---
apiVersion: v1
kind: Namespace
metadata:
  name: ${NAMESPACE}
  labels:
    pod-security.kubernetes.io/enforce: restricted
`;

/**
 * The CRD with the annotation that makes helm keep it. Throws if the CRD does not have the form that its
 * generator writes.
 */
export const chartCrd = (crd: string): string => {
  if (crd.split(/^metadata:\n/m).length !== 2 || /^ {2}annotations:/m.test(crd))
    throw new Error('crds/l4balancers.yaml has no metadata without annotations: adapt charts/generate.ts');
  return `# Copied by charts/generate.ts from crds/l4balancers.yaml. Do not edit.\n${crd.replace('metadata:\n', KEEP)}`;
};

/** A copy of the chart's default values for its templates, which cannot read values.yaml. */
export const chartDefaults = (values: string): string =>
  `# Copied by charts/generate.ts from charts/l4balancer-operator/values.yaml. Do not edit.\n${stringify(parse(values))}`;

/** Renders the chart with its defaults as helm would install it. */
const renderInstall = async (helm: string): Promise<string> => {
  const home = mkdtempSync(join(tmpdir(), 'l4balancer-helm-'));
  try {
    // The user's own helm settings must not affect the committed file.
    const env = {
      HELM_CACHE_HOME: home,
      HELM_CONFIG_HOME: home,
      HELM_DATA_HOME: home,
      KUBECONFIG: '/dev/null',
    };
    const argv = [helm, 'template', RELEASE, CHART, '--namespace', NAMESPACE] as const;
    // Versions of helm differ in the blank lines between documents.
    const documents = (await runChild(argv, { env })).replaceAll(/\n+---\n/g, '\n---\n');
    return `${INSTALL_HEAD}${documents.trimEnd()}\n`;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
};

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
let stale = false;
const put = (file: string, content: string): void => {
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return;
  if (values.check) {
    stale = true;
    console.error(
      `${relative(process.cwd(), file)} is not what charts/generate.ts writes: run make generate`,
    );
  } else writeFileSync(file, content);
};

if (import.meta.main) {
  put(CHART_CRD, chartCrd(readFileSync(CRD, 'utf8')));
  put(CHART_DEFAULTS, chartDefaults(readFileSync(CHART_VALUES, 'utf8')));
  put(CHART_ALERTS, `# Written by charts/generate.ts from charts/monitoring. Do not edit.\n${rulesFile()}`);
  for (const dashboard of DASHBOARDS)
    put(
      join(CHART_DASHBOARDS, `${dashboard.uid.replace(/^l4balancer-/, '')}.json`),
      dashboardJson(dashboard),
    );
  if (!stale) put(INSTALL, await renderInstall(await toolProgram('helm')));
  if (stale) process.exitCode = 1;
}
