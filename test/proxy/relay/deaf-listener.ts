import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { endWithThis } from '../../end-with-this.ts';

/** Listens with the smallest backlog, prints its port, and stops itself, so that nothing is ever accepted. */
const SCRIPT = `
const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () =>
  process.stdout.write(server.address().port + '\\n', () => process.kill(process.pid, 'SIGSTOP')));
`;
const FILLERS = 6;

/** A port that neither accepts nor refuses: its accept queue is full, so the kernel drops further SYNs. */
export const startDeafListener = async (): Promise<{ readonly port: number; close(): void }> => {
  const child = spawn(process.execPath, ['-e', SCRIPT], { stdio: ['ignore', 'pipe', 'inherit'] });
  endWithThis(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  const sockets: Socket[] = [];
  // The queue is full once a connection stays in SYN-SENT: only the first few get through.
  let hung = false;
  for (let i = 0; i < FILLERS && !hung; i++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined); // those that hang are destroyed at the end
    sockets.push(socket);
    hung = await Promise.race([
      once(socket, 'connect').then(() => false),
      new Promise<boolean>((resolve) => setTimeout(resolve, 400, true)),
    ]);
  }
  if (!hung) throw new Error('The accept queue never filled up');
  return {
    port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      child.kill('SIGKILL');
    },
  };
};
