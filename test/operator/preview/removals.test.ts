import assert from 'node:assert/strict';
import { test } from 'node:test';
import { removals } from '../../../operator/preview/removals.ts';

const OWNED = {
  'f:metadata': { 'f:annotations': { '.': {}, 'f:a': {} } },
  'f:spec': {
    'f:replicas': {},
    'f:containers': { 'k:{"name":"proxy"}': { '.': {}, 'f:name': {}, 'f:image': {} } },
    'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } },
    'f:finalizers': { 'v:"f"': {} },
  },
};
const spec = {
  replicas: 2,
  containers: [{ name: 'theirs' }, { name: 'proxy', image: 'a' }],
  ports: [{ port: 80, protocol: 'TCP' }],
  finalizers: ['f'],
};
const live = {
  metadata: {
    name: 'edge',
    annotations: { a: 'b', theirs: 'c' },
    managedFields: [
      { manager: 'operator', operation: 'Apply', fieldsV1: OWNED },
      {
        manager: 'user',
        operation: 'Apply',
        fieldsV1: { 'f:metadata': { 'f:annotations': { 'f:theirs': {} } } },
      },
    ],
  },
  spec,
};
const all = { metadata: { annotations: { a: 'b' } }, spec };

const ROWS: readonly (readonly [string, unknown, readonly string[]])[] = [
  ['nothing, if all fields are named again', all, []],
  ['its own annotation, but not those of others', { spec }, ['metadata.annotations.a: "b" → nothing']],
  ['a field', { ...all, spec: { ...spec, replicas: undefined } }, ['spec.replicas: 2 → nothing']],
  [
    'a field of an entry of a list',
    { ...all, spec: { ...spec, containers: [{ name: 'proxy' }] } },
    ['spec.containers[1].image: "a" → nothing'],
  ],
  [
    'an entry of a list',
    { ...all, spec: { ...spec, containers: [] } },
    ['spec.containers[1]: {"name":"proxy","image":"a"} → nothing'],
  ],
  ['a value of a list', { ...all, spec: { ...spec, finalizers: [] } }, ['spec.finalizers[0]: "f" → nothing']],
  ['no port, since differences shows them', { ...all, spec: { ...spec, ports: [] } }, []],
];

for (const [what, wanted, expected] of ROWS)
  test(`server-side apply removes ${what}`, () => {
    assert.deepEqual(removals(live, wanted, 'operator'), expected);
  });
