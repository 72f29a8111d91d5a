/**
 * An endpoint of the soak, as a process of its own that can be killed: node endpoint-program.ts PORT NAME. It
 * sends each client its name, then does what the client's first line requests:
 *
 *   echo      sends back what it receives, and the end of stream after it
 *   bulk N    sends N bytes of the pattern, then the end of stream
 *   sink      reads to the end of stream, then sends the number of bytes; "wrong" if they are not the pattern
 */
import { createServer, type Socket } from 'node:net';
import { isPatternAt, patternAt } from './pattern.ts';

/** A client that sends this many bytes without a newline does not use this protocol. */
const LONGEST_LINE = 64;
const CHUNK = 32_768;

const sendBulk = (socket: Socket, length: number): void => {
  let sent = 0;
  const sendMore = (): void => {
    while (sent < length && !socket.destroyed) {
      const chunk = patternAt(sent, Math.min(CHUNK, length - sent));
      sent += chunk.length;
      if (!socket.write(chunk)) return;
    }
    if (sent >= length) socket.off('drain', sendMore).end();
  };
  socket.on('drain', sendMore).resume();
  sendMore();
};

const sink = (socket: Socket, first: Buffer): void => {
  let received = 0;
  let isPattern = true;
  const take = (data: Buffer): void => {
    isPattern &&= isPatternAt(received, data);
    received += data.length;
  };
  take(first);
  socket.on('data', take).on('end', () => socket.end(isPattern ? `${received}` : 'wrong'));
};

const serve = (socket: Socket, line: string, rest: Buffer): void => {
  const [what, amount] = line.split(' ');
  if (what === 'bulk') sendBulk(socket, Number(amount));
  else if (what === 'sink') sink(socket, rest);
  else if (what === 'echo') {
    if (rest.length > 0) socket.write(rest);
    socket.pipe(socket);
  } else socket.end('unknown request');
};

const [port, name] = process.argv.slice(2);
createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on('error', () => undefined); // some clients reset on purpose
  socket.write(`${name}\n`);
  let read = Buffer.alloc(0);
  const onData = (data: Buffer): void => {
    read = Buffer.concat([read, data]);
    const end = read.indexOf('\n');
    if (end < 0 && read.length <= LONGEST_LINE) return;
    socket.off('data', onData).off('end', onEnd);
    serve(socket, read.toString('latin1', 0, Math.max(0, end)), read.subarray(end + 1));
  };
  const onEnd = (): void => {
    socket.end();
  };
  socket.on('data', onData).on('end', onEnd);
}).listen({ port: Number(port), host: '127.0.0.1', backlog: 4096 }, () => process.stdout.write('listens\n'));
