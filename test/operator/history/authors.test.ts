import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServedChange } from '../../../crds/status.ts';
import { authorsOf } from '../../../operator/history/authors.ts';
import type { SpecWriter } from '../../../operator/objects/spec-writers.ts';

const HELM = { by: 'helm', at: '2026-11-23T12:00:00Z' };
const EDIT = { by: 'kubectl-edit', at: '2026-11-23T12:05:00Z' };
const SCALE = { by: 'kubectl (scale)', at: '2026-11-23T12:05:00Z' };

type ServedAuthors = Pick<ServedChange, 'by' | 'changedAt'>;
const LAST = { by: 'helm', changedAt: HELM.at };

const ROWS: readonly (readonly [
  string,
  readonly SpecWriter[],
  readonly SpecWriter[] | undefined,
  ServedAuthors,
  object,
])[] = [
  ['the only writer created it', [HELM], undefined, {}, { changedAt: HELM.at, by: 'helm' }],
  ['a writer who is new changed it', [HELM, EDIT], [HELM], LAST, { changedAt: EDIT.at, by: 'kubectl-edit' }],
  [
    'a writer whose time is new changed it',
    [{ ...HELM, at: '2026-11-23T13:00:00Z' }, EDIT],
    [HELM, EDIT],
    LAST,
    { changedAt: '2026-11-23T13:00:00Z', by: 'helm' },
  ],
  [
    'several writers are all named',
    [HELM, EDIT, SCALE],
    [HELM],
    LAST,
    { changedAt: EDIT.at, by: 'kubectl (scale) and kubectl-edit' },
  ],
  ['one who only removes fields leaves no trace', [HELM], [HELM], LAST, {}],
  [
    'after a restart, the time of the last change decides',
    [HELM, EDIT],
    undefined,
    LAST,
    { changedAt: EDIT.at, by: 'kubectl-edit' },
  ],
  [
    'after a restart, another writer of the same second may be the one',
    [HELM, { ...EDIT, at: HELM.at }],
    undefined,
    LAST,
    { changedAt: HELM.at, by: 'kubectl-edit' },
  ],
];

for (const [what, writers, before, last, expected] of ROWS)
  test(what, () => assert.deepEqual(authorsOf(writers, before, last), expected));
