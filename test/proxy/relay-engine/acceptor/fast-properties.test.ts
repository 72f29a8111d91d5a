import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import { serveTable } from '../../../../proxy/relay-engine/acceptor/serve-table.ts';
import { EMPTY_TABLE } from '../../../../proxy/relay-engine/acceptor/served-table.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { acceptorForTest, backendForTest, listenerForTest, tableForTest } from './acceptor.ts';

setFlagsFromString('--allow-natives-syntax');
const hasFastProperties = runInThisContext('(object) => %HasFastProperties(object)') as (
  object: object,
) => boolean;

/** The paths of all objects from `root` on that V8 keeps as dictionaries. */
const dictionaries = (root: object): readonly string[] => {
  const seen = new Set<object>([root]);
  const found: string[] = [];
  const visit = (object: object, path: string): void => {
    if (!hasFastProperties(object)) found.push(path);
    const values = object instanceof Map ? object.entries() : Object.entries(object);
    for (const [key, value] of values) {
      if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value))
        continue;
      seen.add(value);
      visit(value, `${path}.${String(key)}`);
    }
  };
  visit(root, 'acceptor');
  return found;
};

/**
 * Each call of the data plane reads several properties of these objects. An object that V8 keeps as a
 * dictionary (a literal with an accessor is one) makes each of those a search.
 */
test('what an acceptor works with has properties at fixed places', () => {
  using acceptor = acceptorForTest(libc());
  acceptor.table = serveTable(
    tableForTest({
      listeners: [listenerForTest(3, 8080)],
      backends: [backendForTest([{ address: '192.0.2.1', port: 80 }])],
    }),
    EMPTY_TABLE,
    acceptor.shared,
  );
  assert.deepEqual(dictionaries(acceptor), []);
});

test('an object with an accessor is found among others', () => {
  const withAccessor = {
    get size() {
      return 1;
    },
  };
  assert.deepEqual(dictionaries({ plain: { of: new Map([['a', withAccessor]]) } }), ['acceptor.plain.of.a']);
});
