import assert from 'node:assert/strict';
import http from 'node:http';
import http2 from 'node:http2';
import type { Server } from 'node:net';
import { test } from 'node:test';
import { behaving, checkPort, GRPC, listening } from './servers.ts';

/** A gRPC answer: a message with the field `status`, and the status of the call in the trailers. */
interface Answer {
  readonly serving?: number;
  readonly message?: Buffer;
  readonly grpcStatus?: string;
  readonly httpStatus?: number;
}

const respond = (
  stream: http2.ServerHttp2Stream,
  { serving, message, grpcStatus = '0', httpStatus = 200 }: Answer,
): void => {
  stream.respond({ ':status': httpStatus, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': grpcStatus }));
  stream.end(message ?? (serving === undefined ? '' : Buffer.from([0, 0, 0, 0, 2, 8, serving])));
};

/**
 * A grpc.health.v1 server that answers depending on the bytes of the request, which contain the service name.
 */
const serving = (answer: (request: Buffer, path: string) => Answer): Promise<number> => {
  const server = http2.createServer();
  server.on('stream', (stream: http2.ServerHttp2Stream, headers) => {
    const parts: Buffer[] = [];
    stream.on('error', () => {});
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => respond(stream, answer(Buffer.concat(parts), String(headers[':path']))));
  });
  server.on('sessionError', () => {});
  return listening(server as unknown as Server);
};

test('a gRPC check calls Health/Check with the service name, and succeeds if the answer is SERVING', async () => {
  const seen: string[] = [];
  const port = await serving((request, path) => {
    seen.push(`${path} ${request.toString('hex')}`);
    return { serving: 1 };
  });
  assert.deepEqual(await checkPort(port, GRPC), { ok: true });
  assert.deepEqual(await checkPort(port, { type: 'GRPC', service: 'shop.Cart' }), { ok: true });
  assert.deepEqual(seen, [
    '/grpc.health.v1.Health/Check 0000000000',
    `/grpc.health.v1.Health/Check 000000000b0a09${Buffer.from('shop.Cart').toString('hex')}`,
  ]);
});

const REFUSED: readonly { readonly name: string; readonly answer: Answer; readonly reason: string }[] = [
  { name: 'UNKNOWN', answer: { serving: 0 }, reason: 'the endpoint says UNKNOWN' },
  {
    name: 'an empty message, which is UNKNOWN',
    answer: { message: Buffer.alloc(5) },
    reason: 'the endpoint says UNKNOWN',
  },
  { name: 'NOT_SERVING', answer: { serving: 2 }, reason: 'the endpoint says NOT_SERVING' },
  { name: 'SERVICE_UNKNOWN', answer: { serving: 3 }, reason: 'the endpoint says SERVICE_UNKNOWN' },
  {
    name: 'NOT_FOUND',
    answer: { grpcStatus: '5' },
    reason: 'gRPC status NOT_FOUND: the endpoint does not know the service "a"',
  },
  {
    name: 'UNIMPLEMENTED',
    answer: { grpcStatus: '12' },
    reason: 'gRPC status UNIMPLEMENTED: the endpoint does not implement grpc.health.v1.Health',
  },
  { name: 'UNAVAILABLE', answer: { grpcStatus: '14' }, reason: 'gRPC status UNAVAILABLE' },
  { name: 'a status that is not a number', answer: { grpcStatus: 'rm -rf' }, reason: 'gRPC status ?' },
  {
    name: 'an HTTP error status',
    answer: { httpStatus: 503 },
    reason: 'HTTP status 503 instead of a gRPC answer',
  },
];
for (const { name, answer, reason } of REFUSED)
  test(`a gRPC check that is answered with ${name} fails with that reason`, async () => {
    const port = await serving(() => answer);
    assert.deepEqual(await checkPort(port, { type: 'GRPC', service: 'a' }), {
      ok: false,
      failure: 'Status',
      reason,
    });
  });

const WRONG: readonly { readonly name: string; readonly answer: Answer; readonly reason: string }[] = [
  { name: 'nothing', answer: {}, reason: 'the answer is not a HealthCheckResponse' },
  {
    name: 'a message that is cut off',
    answer: { message: Buffer.from([0, 0, 0, 0, 9, 8, 1]) },
    reason: 'the answer is not a HealthCheckResponse',
  },
  {
    name: 'a long message',
    answer: { message: Buffer.alloc(100_000) },
    reason: 'the message exceeds 1024 bytes',
  },
];
for (const { name, answer, reason } of WRONG)
  test(`a gRPC check that is answered with ${name} fails as a protocol error`, async () => {
    const port = await serving(() => answer);
    assert.deepEqual(await checkPort(port, GRPC), { ok: false, failure: 'Protocol', reason });
  });

test('a gRPC check of an endpoint that speaks only HTTP/1 fails because the answer is not HTTP/2', async () => {
  const server = http.createServer((_, response) => response.end());
  const result = await checkPort(await listening(server), GRPC);
  assert.deepEqual(result, { ok: false, failure: 'Protocol', reason: 'the answer is not HTTP/2' });
});

test('a gRPC check fails if the endpoint resets the stream or terminates the connection', async () => {
  for (const refuse of [
    (stream: http2.ServerHttp2Stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM),
    (stream: http2.ServerHttp2Stream) =>
      stream.session?.destroy(undefined, http2.constants.NGHTTP2_ENHANCE_YOUR_CALM),
  ]) {
    const server = http2.createServer();
    server.on('stream', (stream: http2.ServerHttp2Stream) => {
      stream.on('error', () => {});
      refuse(stream);
    });
    const result = await checkPort(await listening(server as unknown as Server), GRPC);
    assert.equal(result.ok, false);
    assert.match(result.ok ? '' : result.reason, /HTTP\/2 exchange|closed before an answer/);
  }
});

test('a gRPC check closes its connection after the answer', async () => {
  const closed = Promise.withResolvers<void>();
  const inner = http2.createServer();
  inner.on('stream', (stream: http2.ServerHttp2Stream) => {
    stream.on('error', () => {});
    respond(stream, { serving: 1 });
  });
  inner.on('sessionError', () => {});
  const port = await behaving((socket) => {
    socket.once('close', () => closed.resolve());
    inner.emit('connection', socket);
  });
  assert.deepEqual(await checkPort(port, GRPC), { ok: true });
  await closed.promise;
});
