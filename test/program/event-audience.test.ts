import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import { EventAudience, eventText } from '../../program/event-audience.ts';
import { startPageServer, textPage } from '../../program/page-server.ts';
import { until } from '../../tooling/wait/until.ts';

const MOST = 3;
const LAST = 8;
/** More than the kernel's buffers of a connection hold. */
const LARGE_BYTES = 16 * 1024 * 1024;
const LARGE = 'x'.repeat(LARGE_BYTES);

const serve = async (t: TestContext) => {
  const audience = new EventAudience(MOST);
  const responses: ServerResponse[] = [];
  const server = await startPageServer({
    address: { host: '127.0.0.1', port: 0 },
    onError: (error) => assert.fail(`${error}`),
    pages: {
      '/events': () => {
        const problem = audience.whyFull();
        if (problem !== undefined) return textPage(503, problem);
        return {
          begin: (response) => {
            responses.push(response);
            audience.add(response, eventText('first', { n: responses.length }));
          },
        };
      },
    },
  });
  t.after(() => server.close());
  /** A client, with what it has read. */
  const listen = () => {
    const socket = net.connect(server.port, '127.0.0.1');
    t.after(() => socket.destroy());
    socket.on('error', () => undefined);
    const client = { socket, text: '' };
    socket.on('data', (part: Buffer) => {
      client.text += part;
    });
    socket.write('GET /events HTTP/1.1\r\nhost: a\r\n\r\n');
    return client;
  };
  return { audience, responses, listen, url: `http://127.0.0.1:${server.port}/events` };
};

test('each client gets the first event, then every other, and is forgotten when it leaves', async (t) => {
  const { audience, listen } = await serve(t);
  const [a, b] = [listen(), listen()];
  await until('both are heard', () => a.text.includes('event: first') && b.text.includes('event: first'));
  assert.match(a.text, /^HTTP\/1\.1 200 OK\r\ncontent-type: text\/event-stream\r\n/i);
  audience.send(eventText('report', { text: 'two\nlines' }));
  await until('both have the report', () =>
    [a, b].every(({ text }) => text.includes('event: report\ndata: {"text":"two\\nlines"}\n\n')),
  );
  a.socket.destroy();
  await until('one is left', () => audience.size === 1);
});

test('a client that reads nothing has one event waiting, and gets the newest when it reads', async (t) => {
  const { audience, responses, listen } = await serve(t);
  const [slow, quick] = [listen(), listen()];
  await until('both are heard', () => slow.text !== '' && quick.text !== '');
  slow.socket.pause();
  for (let n = 1; n <= LAST; n += 1) {
    audience.send(eventText('report', { n, fill: LARGE }));
    await until(`the quick one has event ${n}`, () => quick.text.includes(`{"n":${n},`));
    // The slow one has taken less.
    const left = () => Math.min(...responses.map(({ writableLength }) => writableLength));
    await until(`the quick one has all of event ${n}`, () => left() === 0);
    quick.text = '';
  }
  const waiting = Math.max(...responses.map(({ writableLength }) => writableLength));
  assert.ok(waiting > 0 && waiting < 2 * LARGE.length, `${waiting} bytes wait`);
  slow.socket.resume();
  await until('all that waits is read', () => responses.every(({ writableLength }) => writableLength === 0));
  audience.send(eventText('report', { n: 'newest' }));
  await until('it has the newest', () => slow.text.includes('"newest"'));
  assert.ok(!slow.text.includes(`{"n":${LAST},`), 'an event in between was left out');
});

test('beyond the most, a client is told so, and one that leaves makes room', async (t) => {
  const { audience, listen, url } = await serve(t);
  const clients = Array.from({ length: MOST }, listen);
  await until('all are heard', () => audience.size === MOST);
  const refused = await fetch(url);
  assert.equal(refused.status, 503);
  assert.match(await refused.text(), /3 clients get events already/);
  clients[0]?.socket.destroy();
  await until('there is room', () => audience.whyFull() === undefined);
  listen();
  await until('another one is heard', () => audience.size === MOST);
});

test('at the end each client gets a last event, its connection ends, and nobody is added', async (t) => {
  const { audience, listen, url } = await serve(t);
  const client = listen();
  await until('it is heard', () => audience.size === 1);
  const ended = once(client.socket, 'end', { signal: AbortSignal.timeout(60_000) });
  audience.close(eventText('bye', {}));
  await ended;
  assert.match(client.text, /event: bye\ndata: \{\}\n\n/);
  assert.equal((await fetch(url)).status, 503);
});

test('HEAD of events is answered and adds nobody', async (t) => {
  const { audience, url } = await serve(t);
  assert.equal((await fetch(url, { method: 'HEAD' })).status, 200);
  assert.equal(audience.size, 0);
});
