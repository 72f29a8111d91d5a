/**
 * An endpoint of the soak, as a process of its own that can be killed: node endpoint-program.ts PORT NAME. It
 * greets each client with its name, then does what the client's first line asks for:
 *
 *   echo      sends back what comes, and the end of stream behind it
 *   bulk N    sends N bytes of the pattern, then its end of stream
 *   sink      reads to the end of stream and says "N" for as many bytes of the pattern, or "wrong"
 */
import { createServer, type Socket } from 'node:net';
import { isPatternAt, patternAt } from './pattern.ts';

/** A client that has said this much without a line end does not speak our language. */
const LONGEST_LINE = 64;
const CHUNK = 32_768;

const sendBulk = (socket: Socket, length: number): void => {
  let sent = 0;
  const more = (): void => {
    while (sent < length && !socket.destroyed) {
      const chunk = patternAt(sent, Math.min(CHUNK, length - sent));
      sent += chunk.length;
      if (!socket.write(chunk)) return;
    }
    if (sent >= length) socket.off('drain', more).end();
  };
  socket.on('drain', more).resume();
  more();
};

const sink = (socket: Socket, first: Buffer): void => {
  let received = 0;
  let right = true;
  const take = (data: Buffer): void => {
    right &&= isPatternAt(received, data);
    received += data.length;
  };
  take(first);
  socket.on('data', take).on('end', () => socket.end(right ? `${received}` : 'wrong'));
};

const serve = (socket: Socket, line: string, rest: Buffer): void => {
  const [what, amount] = line.split(' ');
  if (what === 'bulk') sendBulk(socket, Number(amount));
  else if (what === 'sink') sink(socket, rest);
  else if (what === 'echo') {
    if (rest.length > 0) socket.write(rest);
    socket.pipe(socket);
  } else socket.end('what?');
};

const [port, name] = process.argv.slice(2);
createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on('error', () => undefined); // clients that reset are part of it
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
