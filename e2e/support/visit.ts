/**
 * Visits a listener once, as a client or as a load balancer in front would, and prints as JSON from which
 * address, and what came back first:
 *
 *   node e2e/support/visit.ts HOST PORT [CLIENT]
 *
 * With CLIENT, the visit begins with a PROXY header that names it.
 */
import { connect, type Socket } from 'node:net';

export interface Visit {
  /** Address that it came from. */
  readonly from: string;
  /** First line of the answer; empty if it was refused. */
  readonly answer: string;
}

const [host = '', port = '', client] = process.argv.slice(2);

if (import.meta.main) {
  const socket: Socket = connect({ host, port: Number(port) });
  let from = '';
  let answer = '';
  socket.once('connect', () => {
    from = socket.localAddress ?? '';
    if (client !== undefined) socket.write(`PROXY TCP4 ${client} ${host} 40000 ${port}\r\n`);
    socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  });
  socket.once('data', (data: Buffer) => {
    answer = data.toString('latin1').split('\r\n', 1)[0] ?? '';
    socket.destroy();
  });
  socket.on('error', () => socket.destroy());
  socket.once('close', () => process.stdout.write(JSON.stringify({ from, answer })));
}
