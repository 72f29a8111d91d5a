import { type Path, patternPath } from './path.ts';
import { GROUP, KIND, PLURAL, VERSION } from './resource-type.ts';
import { STATEMENTS } from './rules/all.ts';
import { SPEC_SCHEMA, STATUS_SCHEMA } from './schemas.ts';
import type { Structural, Validation } from './structural.ts';

/** The CustomResourceDefinition as a plain object. */
export const definition = () => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${PLURAL}.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: {
      kind: KIND,
      listKind: `${KIND}List`,
      plural: PLURAL,
      singular: KIND.toLowerCase(),
      shortNames: ['l4b'],
      categories: ['all'],
    },
    versions: [
      {
        name: VERSION,
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.workload.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
        additionalPrinterColumns: COLUMNS,
        schema: { openAPIV3Schema: rootSchema() },
      },
    ],
  },
});

/** Marks a resource that no operator has seen yet: kstatus would take one without a status for ready. */
const UNSEEN = { observedGeneration: -1 };

const READY = '.status.conditions[?(@.type=="Ready")]';

const COLUMNS = [
  { name: 'Ready', type: 'string', jsonPath: `${READY}.status` },
  { name: 'Reason', type: 'string', jsonPath: `${READY}.reason` },
  {
    name: 'Replicas',
    type: 'string',
    jsonPath: '.status.replicaSummary',
    description: 'Ready and desired pods.',
  },
  {
    name: 'Acceptors',
    type: 'integer',
    jsonPath: '.status.acceptors',
    description: 'Acceptor threads per pod.',
  },
  { name: 'Address', type: 'string', jsonPath: '.status.addresses[0].value' },
  { name: 'Profile', type: 'string', jsonPath: '.spec.tuning.profile', priority: 1 },
  { name: 'Message', type: 'string', jsonPath: `${READY}.message`, priority: 1 },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

const rootSchema = (): Structural => {
  const root: Structural = {
    type: 'object',
    description:
      'A multi-core load balancer for TCP and UDP: its ports, where their connections go, and the tuned pods that carry them.',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      // Declared so that a rule can refer to it; Kubernetes defines the rest.
      metadata: { type: 'object', properties: { name: { type: 'string' } } },
      spec: structuredClone({ description: 'Desired state.', ...SPEC_SCHEMA }),
      status: structuredClone({
        description: 'Observed state, written by the operator.',
        default: UNSEEN,
        ...STATUS_SCHEMA,
      }),
    },
  };
  for (const { id, scope, rule, message, messageExpression, fieldPath, optionalOldSelf } of STATEMENTS) {
    const schema = schemaAt(root, patternPath(scope));
    if (schema === undefined)
      throw new TypeError(`Rule "${id}" has the scope "${scope}", which is not in the schema`);
    const validation: Validation = {
      rule,
      message,
      ...(messageExpression === undefined ? {} : { messageExpression }),
      ...(fieldPath === undefined ? {} : { fieldPath }),
      ...(optionalOldSelf === undefined ? {} : { optionalOldSelf }),
    };
    schema['x-kubernetes-validations'] = [...(schema['x-kubernetes-validations'] ?? []), validation];
  }
  return root;
};

const schemaAt = (root: Structural, path: Path): Structural | undefined =>
  path.reduce<Structural | undefined>(
    (schema, step) => (step === '[]' ? schema?.items : schema?.properties?.[step]),
    root,
  );
