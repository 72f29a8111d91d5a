import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { toolProgram } from '../../tooling/assets/programs.ts';
import { runChild } from '../../tooling/process/child.ts';
import { REPOSITORY } from '../../tooling/process/folders.ts';

export const CHART = join(REPOSITORY, 'charts', 'l4balancer-operator');
export const NAMESPACE = 'l4balancer-system';
export const RELEASE = 'l4balancer-operator';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** A rendered object, with the fields that tests use. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly rules?: readonly Rule[];
  readonly spec?: {
    readonly template: {
      readonly metadata: {
        readonly labels: Readonly<Record<string, string>>;
        readonly annotations: Readonly<Record<string, string>>;
      };
      readonly spec: {
        readonly priorityClassName?: string;
        readonly affinity?: object;
        readonly containers: readonly { readonly image: string; readonly args: readonly string[] }[];
      };
    };
  };
}

/** Runs helm without the user's settings. */
export const helm = async (argv: readonly string[], kubeconfig = '/dev/null'): Promise<string> => {
  const home = mkdtempSync(join(tmpdir(), 'l4b-helm-'));
  try {
    const env = {
      HELM_CACHE_HOME: home,
      HELM_CONFIG_HOME: home,
      HELM_DATA_HOME: home,
      KUBECONFIG: kubeconfig,
    };
    return await runChild([await toolProgram('helm'), ...argv], { env });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
};

/** Throws for invalid YAML and for duplicate keys. */
export const parseDocuments = (text: string): readonly Rendered[] =>
  parseAllDocuments(text).flatMap((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    const object = document.toJS() as Rendered | null;
    return object === null ? [] : [object];
  });

/** The chart's objects with these values (`name=value`). */
export const render = async (...values: readonly string[]): Promise<readonly Rendered[]> => {
  const set = values.flatMap((value) => ['--set', value]);
  return parseDocuments(await helm(['template', RELEASE, CHART, '--namespace', NAMESPACE, ...set]));
};

export const one = (objects: readonly Rendered[], kind: string, name: string = RELEASE): Rendered => {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name} is rendered`);
  return found;
};
