import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { apartValues } from './peers/configured.ts';
import { endpointValues, fillTemplate } from './template.ts';

const ENDPOINTS = endpointValues([
  { name: 'a', address: '::1', port: 1 },
  { name: 'b', address: '::1', port: 2 },
]);
const LISTENERS = [{ LISTENER_PORT: 3 }, { LISTENER_PORT: 4 }];

test('names are replaced by their values, and a line with a value of a list is repeated for each entry', () => {
  assert.equal(
    fillTemplate(
      'listen @LISTENER_PORT@\nserver @ENDPOINT_NAME@ :@ENDPOINT_PORT@ @CORES@\nend',
      { CORES: 80 },
      [ENDPOINTS, LISTENERS],
    ),
    'listen 3\nlisten 4\nserver a :1 80\nserver b :2 80\nend',
  );
});

test('a name without a value is an error', () => {
  assert.throws(() => fillTemplate('x @CORES@', {}), /@CORES@/);
});

test('every template is complete with the values of the peers', () => {
  const values = {
    ...{ ADDRESS: '::1', THREADS: 2, FILE_LIMIT: 3, FOLDER: '/tmp', NAME: 'a' },
    ...apartValues(
      [1, 2],
      ['a', 'b'].map((name) => ({ name, address: '::1', port: 3 })),
    ),
    ...{
      ALGORITHM: '',
      HASH_TYPE: '',
      LOAD_STREAM: '',
      PROTOCOL: 'TCP',
      HEADER_IN: '',
      HEADER_OUT: '',
      MULTI_ACCEPT: 'on',
      TLS: '',
      MUTUAL: '',
      TLS_END: '',
      ENDPOINT_TLS: '',
      SSL: '',
      SOURCES: '',
      DENIED: '',
      DENY: '',
      TARGET: '',
      MAX_CONNECTIONS: 9,
    },
  };
  const files = ['peers', 'endpoints'].flatMap((folder) =>
    readdirSync(new URL(folder, import.meta.url))
      .filter((name) => !name.endsWith('.ts'))
      .map((name) => new URL(`${folder}/${name}`, import.meta.url)),
  );
  assert.equal(files.length, 9);
  for (const file of files)
    assert.ok(
      !/@[A-Z_]+@/.test(fillTemplate(readFileSync(file, 'utf8'), values, [ENDPOINTS, LISTENERS])),
      file.pathname,
    );
});
