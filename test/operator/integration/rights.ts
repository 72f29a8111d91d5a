import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { ControlPlane } from '../../../cluster/control-plane/control-plane.ts';

const INSTALL = new URL('../../../install.yaml', import.meta.url);
const NAME = 'l4balancer-operator';

/** The user that the operator logs in as. */
export const OPERATOR = 'the-operator';
/** The namespace of the Lease in an installation. */
export const LEASE_NAMESPACE = 'l4balancer-system';

interface Installed {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/**
 * The objects that the permissions of all users in a control plane share. They are created once, because two
 * requests that create the same namespace at the same time conflict.
 */
const shared = new WeakMap<ControlPlane, Promise<unknown>>();

const createShared = async (cp: ControlPlane): Promise<void> => {
  const documents = parseAllDocuments(readFileSync(INSTALL, 'utf8'));
  assert.ok(Array.isArray(documents));
  const objects = documents.map((document) => document.toJS() as Installed);
  const installed = (kind: string, name: string) =>
    objects.find((object) => object?.kind === kind && object.metadata.name === name) ??
    assert.fail(`install.yaml has no ${kind} ${name}`);
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: LEASE_NAMESPACE } };
  const items = [namespace, installed('ClusterRole', NAME), installed('Role', `${NAME}-leader-election`)];
  await cp.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
};

/** Lets a user compete for the Lease. */
export const allowLease = async (cp: ControlPlane, user: string = OPERATOR): Promise<void> => {
  const role = [`--role=${NAME}-leader-election`, `--user=${user}`, `--namespace=${LEASE_NAMESPACE}`];
  await cp.run(['create', 'rolebinding', user, ...role]);
};

/**
 * Gives a user exactly the permissions of an installed operator; resolves with the path of its kubeconfig.
 */
export const operatorLogin = async (cp: ControlPlane, user: string = OPERATOR): Promise<string> => {
  const created = shared.get(cp) ?? createShared(cp);
  shared.set(cp, created);
  await created;
  await cp.run(['create', 'clusterrolebinding', user, `--clusterrole=${NAME}`, `--user=${user}`]);
  await allowLease(cp, user);
  return cp.userKubeconfig(user);
};
