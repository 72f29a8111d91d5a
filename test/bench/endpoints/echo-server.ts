import { createServer } from 'node:net';

// Program: echoes what it receives, and holds every connection until the other side ends it. Arguments: the
// address and the port.
const [host, port] = process.argv.slice(2);

createServer((socket) => {
  // A client or balancer that disconnects early is not a failure of the endpoint.
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
}).listen({ port: Number(port), ...(host === undefined ? {} : { host }), backlog: 65535 });
