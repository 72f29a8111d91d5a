import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, whatIsMeant } from '../../../cli/drain/entries.ts';
import {
  type FieldsV1,
  type ManagedFields,
  otherAppliers,
  ownEntries,
} from '../../../cli/drain/own-entries.ts';

const applied = (manager: string, backends: FieldsV1, operation = 'Apply'): ManagedFields => ({
  manager,
  operation,
  fieldsV1: { 'f:spec': { 'f:backends': backends } },
});

test('what a manager has applied is read from its managed fields alone', () => {
  const managed = [
    applied('flux', { 'k:{"name":"web"}': { 'f:drained': { 'v:"192.0.2.9"': {} } } }),
    applied('me', {
      'k:{"name":"web"}': {
        '.': {},
        'f:name': {},
        'f:drained': { 'v:"192.0.2.1"': {}, 'v:"[fd00::1]:80"': {} },
      },
      'k:{"name":"other"}': { 'f:name': {} },
    }),
    applied('me', { 'k:{"name":"web"}': { 'f:drained': { 'v:"192.0.2.8"': {} } } }, 'Update'),
  ];
  assert.deepEqual([...ownEntries(managed, 'me')], [['web', ['192.0.2.1', '[fd00::1]:80']]]);
  assert.deepEqual([...ownEntries(managed, 'nobody')], []);
  assert.deepEqual([...ownEntries([{}, { manager: 'me', operation: 'Apply' }], 'me')], []);
});

test('others that write the backends are named once; who writes the status is not among them', () => {
  const managed = [
    applied('kubectl-client-side-apply', { 'f:x': {} }, 'Update'),
    applied('me', {}),
    applied('flux', {}),
    applied('flux', {}, 'Update'),
    { ...applied('operator', {}), subresource: 'status' },
    { manager: 'labeller', operation: 'Apply', fieldsV1: { 'f:metadata': {} } },
  ];
  assert.deepEqual(otherAppliers(managed, 'me'), ['kubectl-client-side-apply', 'flux']);
});

test('entries go to each backend that has such an endpoint, and others are unknown', () => {
  const backends = [
    { name: 'web', endpoints: [{ address: '192.0.2.1', port: 80 }] },
    {
      name: 'both',
      endpoints: [
        { address: '192.0.2.1', port: 81 },
        { address: 'fd00::1', port: 80 },
      ],
    },
  ];
  const { byBackend, unknown } = whatIsMeant(['192.0.2.1', '[FD00::1]:80', '192.0.2.1:82'], backends);
  assert.deepEqual(
    [...byBackend],
    [
      ['web', ['192.0.2.1']],
      ['both', ['192.0.2.1', '[FD00::1]:80']],
    ],
  );
  assert.deepEqual(unknown, ['192.0.2.1:82']);
});

test('a manager keeps what it had, apart from what changes', () => {
  const own = new Map([
    ['web', ['a', 'b']],
    ['other', ['c']],
  ]);
  assert.deepEqual(
    [...changed(own, new Map([['web', ['b', 'd']]]), 'Drain')],
    [
      ['web', ['a', 'b', 'd']],
      ['other', ['c']],
    ],
  );
  assert.deepEqual([...changed(own, new Map([['other', ['c']]]), 'Undrain')], [['web', ['a', 'b']]]);
});
