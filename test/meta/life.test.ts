import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOSE_REASONS } from '../../proxy/engine/close-reason.ts';
import * as connections from '../../proxy/relay-engine/acceptor/connections.ts';
import { assertNone, type Finding } from './finding.ts';
import { tree } from './tree.ts';

const PATH = 'ARCHITECTURE.md';
const STATES = [
  'FREE',
  'PREFACE',
  'HANDSHAKE',
  'REFUSED',
  'CONNECTING',
  'OPENING',
  'SECURING',
  'WAITING',
  'RELAYING',
  'SESSION',
  'CLOSED',
];

/** The diagram of a connection's life. */
const diagram = (text: string): string =>
  /### A connection's life\n[^#]*?\n```\n([^`]*)```/.exec(text)?.[1] ?? '';

/** The folder of the files in the diagram, which are named without it. */
const ACCEPTOR = 'proxy/relay-engine/acceptor';

/** The files that the diagram names must exist. */
const filesCheck = (text: string, paths: ReadonlySet<string>): readonly Finding[] =>
  (diagram(text).match(/[\w-]+\.ts/g) ?? [])
    .filter((file) => !paths.has(`${ACCEPTOR}/${file}`))
    .map((file) => ({
      path: PATH,
      message: `the diagram of a connection's life names ${file}, which is not in ${ACCEPTOR}`,
    }));

/** The diagram must have every state and reason of the code, and no other states or flags. */
const check = (text: string, reasons: readonly string[], names: readonly string[]): readonly Finding[] => {
  const drawn = diagram(text);
  const words = new Set(drawn.match(/[A-Za-z]+/g) ?? []);
  return [
    ...[...STATES, ...reasons]
      .filter((name) => !words.has(name))
      .map((name) => ({ path: PATH, message: `the diagram of a connection's life lacks ${name}` })),
    ...[...words]
      .filter((word) => /^[A-Z]{2,}$/.test(word) && !names.includes(word))
      .map((word) => ({
        path: PATH,
        message: `the diagram of a connection's life names ${word}, which connections.ts does not export`,
      })),
  ];
};

test("the diagram of a connection's life has the states, flags and reasons of the code", () => {
  const drawing = (inside: string): string =>
    `### A connection's life\n\nWords of \`a\`.\n\n\`\`\`\n${inside}\`\`\`\n`;
  assert.equal(check(drawing(STATES.join(' ')), [], STATES).length, 0);
  assert.equal(check(drawing(`${STATES.join(' ')} LOST`), ['Gone'], STATES).length, 2);
  assertNone(
    check(
      tree().find(({ path }) => path === PATH)?.text ?? '',
      CLOSE_REASONS.map(({ reason }) => reason),
      Object.keys(connections),
    ),
  );
});

test("the diagram of a connection's life names only files of the acceptor", () => {
  const files = tree();
  const paths = new Set(files.map(({ path }) => path));
  const text = files.find(({ path }) => path === PATH)?.text ?? '';
  assert.match(diagram(text), /accept\.ts/);
  assert.equal(filesCheck(text, new Set([`${ACCEPTOR}/accept.ts`])).length > 3, true);
  assertNone(filesCheck(text, paths));
});
