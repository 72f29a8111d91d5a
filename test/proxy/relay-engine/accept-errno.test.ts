import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCEPT_ERRNOS } from '../../../proxy/engine/accept-errno.ts';
import { acceptErrno } from '../../../proxy/relay-engine/accept-errno.ts';
import { EMFILE, ENFILE, ENOBUFS, ENOMEM, ENOSPC } from '../../../proxy/sys/sys.ts';

test('each errno of accept that has its own remedy keeps its name, and every other one counts as "other"', () => {
  assert.deepEqual([EMFILE, ENFILE, ENOBUFS, ENOMEM, ENOSPC].map(acceptErrno), ACCEPT_ERRNOS);
});
