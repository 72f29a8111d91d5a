import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { PAGE_LIMITS } from '../../program/page-limits.ts';
import { PROGRAMS, startEither, untilServing } from './programs.ts';

/** A busy machine may give the program no core for a while after it goes on. */
const ANSWER_MS = 30_000;

for (const name of PROGRAMS)
  test(`the ${name} answers a request that waited while it got no core for longer than clients have`, async (t) => {
    const program = await startEither(name);
    t.after(() => program.child.kill('SIGKILL'));
    const port = await untilServing(name, program);
    const waiting = net.connect(port, '127.0.0.1');
    await once(waiting, 'connect');
    // Answered after the first connection was taken, whose time runs from then on.
    assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
    let answer = '';
    waiting.on('data', (chunk: Buffer) => {
      answer += chunk;
    });
    const ended = once(waiting, 'close', { signal: AbortSignal.timeout(PAGE_LIMITS.requestMs + ANSWER_MS) });
    program.child.kill('SIGSTOP');
    waiting.write('GET /healthz HTTP/1.1\r\nhost: here\r\n\r\n');
    await sleep(PAGE_LIMITS.requestMs + 1500); // this test is about time that passes
    program.child.kill('SIGCONT');
    await ended;
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nok\n$/s);
  });
