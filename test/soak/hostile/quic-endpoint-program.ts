/**
 * An endpoint that answers as a server of QUIC does: node quic-endpoint-program.ts PORT. A long header gets
 * one with a connection ID that no other client got, and a short header gets a short one.
 */
import { createSocket } from 'node:dgram';

/** Reserved, so that no version has this meaning (RFC 9000, section 15); read by what all versions share. */
const VERSION = 0x1a2a3a4a;
const ID_BYTES = 8;
const ANSWER_BYTES = 24;

let handshakes = 0;
const socket = createSocket('udp4');
socket.on('error', () => undefined); // no room: the answer is lost
socket.on('message', (data, { port, address }) => {
  const answer = Buffer.alloc(ANSWER_BYTES, 0x40);
  if ((data[0] ?? 0) >= 0x80) {
    answer[0] = 0xc0;
    answer.writeUInt32BE(VERSION, 1);
    answer[5] = 0; // the client chose no ID
    answer[6] = ID_BYTES;
    answer.writeUInt32BE(++handshakes, 7);
  }
  socket.send(answer, port, address);
});
socket.bind({ port: Number(process.argv[2]), address: '127.0.0.1' }, () => process.stdout.write('listens\n'));
