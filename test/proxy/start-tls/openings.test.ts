import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPENINGS } from '../../../proxy/start-tls/openings.ts';
import { Random } from '../../crds/random.ts';
import { CLIENTS, type Dialogue, ENDPOINTS, type Expected } from './dialogues.ts';
import { byteByByte, type Played, playClient, playEndpoint } from './play.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

const assertPlayed = (played: Omit<Played, 'carried'> & { carried?: string }, expected: Expected): void => {
  const { told, ...rest } = expected;
  for (const [field, value] of Object.entries(rest))
    assert.equal(played[field as keyof typeof played], value, `${field}: ${JSON.stringify(played)}`);
  if (told === undefined) return;
  assert.equal(played.told.length, told.length, JSON.stringify(played.told));
  for (const [i, one] of told.entries())
    if (typeof one === 'string') assert.equal(played.told[i], one);
    else assert.match(played.told[i] ?? '', one);
};

/** Those in which more comes than may, which cannot be seen if it comes later. */
const isAboutRest = ({ what }: Dialogue): boolean => / behind | wait /.test(what);

for (const dialogue of CLIENTS)
  test(`${dialogue.protocol}: a client that ${dialogue.what} is answered as by its server`, () => {
    const { protocol, sends, expected } = dialogue;
    assertPlayed(playClient(OPENINGS[protocol], sends), expected);
    if (!isAboutRest(dialogue)) assertPlayed(playClient(OPENINGS[protocol], byteByByte(sends)), expected);
  });

for (const dialogue of ENDPOINTS)
  test(`${dialogue.protocol}: an endpoint that ${dialogue.what} is told what its client said`, () => {
    const { protocol, sends, expected, carried } = dialogue;
    const { endpoint } = OPENINGS[protocol];
    assertPlayed(playEndpoint(endpoint, sends, carried), expected);
    if (dialogue.what !== 'says more than it may')
      assertPlayed(playEndpoint(endpoint, byteByByte(sends), carried), expected);
  });

test('on random bytes, and on dialogues with a few changes, every opening comes to a defined end', (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const random = new Random(SEED);
  const ends = new Map<string, number>();
  for (let i = 0; i < 20_000; i++) {
    const { protocol, sends } = random.pick(CLIENTS as [Dialogue, ...Dialogue[]]);
    const changed = sends.map((text) => {
      const bytes = Buffer.from(text, 'latin1');
      for (let changes = random.integer(0, 2); changes > 0; changes--)
        bytes[random.integer(0, bytes.length - 1)] = random.integer(0, 255);
      return bytes.subarray(0, random.chance(0.9) ? bytes.length : random.integer(0, bytes.length));
    });
    for (const end of [
      playClient(OPENINGS[protocol], changed).end,
      playEndpoint(OPENINGS[protocol].endpoint, changed, sends[0]).end,
    ])
      ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  for (const end of ['NeedMore', 'TlsFollows', 'StartTlsMissing', 'StartTlsMalformed', 'Fail'])
    assert.ok((ends.get(end) ?? 0) > 20, `${end}: ${ends.get(end)}`);
});
