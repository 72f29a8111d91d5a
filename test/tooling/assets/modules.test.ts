import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildOf, CLUSTER_PROGRAMS } from '../../../tooling/assets/catalogue.ts';
import { kubernetesModule } from '../../../tooling/assets/modules.ts';

const THEIRS = `module k8s.io/kubernetes

go 1.24.0

godebug default=go1.24

require (
	bitbucket.org/bertimus9/systemstat v0.5.0
	k8s.io/klog/v2 v2.130.1
	k8s.io/api v0.0.0
	k8s.io/cri-client v0.0.0
	k8s.io/utils v0.0.0-20250604170112-4c0f3b243397
)

replace (
	k8s.io/api => ./staging/src/k8s.io/api
)
`;

test('the module requires Kubernetes and replaces only the parts without a version', () => {
  assert.equal(
    kubernetesModule(THEIRS),
    `module kubernetes-programs

go 1.24.0

require k8s.io/kubernetes v1.34.4

replace k8s.io/api => k8s.io/api v0.34.4
replace k8s.io/cri-client => k8s.io/cri-client v0.34.4
`,
  );
});

test('every program of a cluster can be built, and other names are refused with the list', () => {
  for (const name of CLUSTER_PROGRAMS) assert.ok(buildOf(name).package);
  assert.throws(() => buildOf('kubeadm'), /unknown program kubeadm: expected etcd, kube-apiserver/);
});
