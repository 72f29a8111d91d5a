import { createServer } from 'node:net';

// Program: sends back what it gets and holds every connection until the other side ends it. Arguments: the
// address, the port.
const [host, port] = process.argv.slice(2);

createServer((socket) => {
  // A client or balancer that goes away in the middle is no failure of the endpoint.
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
}).listen({ port: Number(port), ...(host === undefined ? {} : { host }), backlog: 65535 });
