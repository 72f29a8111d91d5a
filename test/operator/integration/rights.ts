import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { ControlPlane } from '../../cluster/control-plane.ts';

const INSTALL = new URL('../../../install.yaml', import.meta.url);

/** The user that the operator logs in as. */
export const OPERATOR = 'the-operator';

/** Gives a user exactly the rights that the installation gives the operator; resolves with the path of its kubeconfig. */
export const operatorLogin = async (cp: ControlPlane): Promise<string> => {
  const documents = parseAllDocuments(readFileSync(INSTALL, 'utf8'));
  assert.ok(Array.isArray(documents));
  const role = documents
    .map((document) => document.toJS())
    .find((object) => object?.kind === 'ClusterRole' && object.metadata.name === 'l4balancer-operator');
  assert.ok(role, 'install.yaml has no ClusterRole l4balancer-operator');
  await cp.run(['apply', '-f', '-'], JSON.stringify(role));
  await cp.run([
    'create',
    'clusterrolebinding',
    OPERATOR,
    '--clusterrole=l4balancer-operator',
    `--user=${OPERATOR}`,
  ]);
  return cp.userKubeconfig(OPERATOR);
};
