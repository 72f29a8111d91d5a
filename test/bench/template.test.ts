import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fillTemplate } from './template.ts';

const ENDPOINTS = [
  { name: 'a', port: 1 },
  { name: 'b', port: 2 },
];

test('values take their places, and a line that names an endpoint is written for each', () => {
  assert.equal(
    fillTemplate(
      'listen @PORT@\nserver @ENDPOINT_NAME@ :@ENDPOINT_PORT@ @PORT@\nend',
      { PORT: 80 },
      ENDPOINTS,
    ),
    'listen 80\nserver a :1 80\nserver b :2 80\nend',
  );
});

test('a name without a value is an error, not left in the text', () => {
  assert.throws(() => fillTemplate('x @CORES@', {}), /@CORES@/);
});

test('every template is filled by the values that peers get', () => {
  const values = { PORT: 1, CORES: 2, FILE_LIMIT: 3, LOAD_STREAM: '', ENDPOINT_NAME: 'a' };
  const files = ['peers', 'endpoints'].flatMap((folder) =>
    readdirSync(new URL(folder, import.meta.url))
      .filter((name) => !name.endsWith('.ts'))
      .map((name) => new URL(`${folder}/${name}`, import.meta.url)),
  );
  assert.equal(files.length, 4);
  for (const file of files)
    assert.ok(!/@[A-Z_]+@/.test(fillTemplate(readFileSync(file, 'utf8'), values, ENDPOINTS)), file.pathname);
});
