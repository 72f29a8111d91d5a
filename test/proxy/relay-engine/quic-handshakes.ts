import { long, payload } from '../quic/examples.ts';
import {
  type DatagramClient,
  type DatagramEndpoint,
  startDatagramEndpoint,
} from '../relay/datagram-sockets.ts';

const V1 = 1;
const CLIENT_ID = Buffer.from('abc');
const FIRST_ID = Buffer.alloc(8, 1);
const NAME_AT = 1 + CLIENT_ID.length;

/** A server that begins each connection with an ID that it chooses, and answers all else with its name. */
export const startQuicServer = (name: string): Promise<DatagramEndpoint> =>
  startDatagramEndpoint((data, { port, address }, socket) => {
    const isInitial = (data[0] as number) >> 4 === 0xc;
    const chosen = Buffer.from(`${name}${port}`.padEnd(8, '.'));
    const answer = isInitial
      ? long(0, V1, CLIENT_ID, chosen, Buffer.concat([Buffer.of(0), payload(40)]))
      : Buffer.concat([Buffer.of(0x40), CLIENT_ID, Buffer.from(name)]);
    socket.send(answer, port, address);
  });

const INITIAL = long(0, V1, FIRST_ID, CLIENT_ID, Buffer.concat([Buffer.of(0), payload(40)]));

/** Does a handshake; returns the ID that the server has chosen, and its name. */
export const shakeHands = async (
  client: DatagramClient,
  port: number,
): Promise<{ readonly id: Buffer; readonly name: string }> => {
  const id = Buffer.from((await client.ask(INITIAL, port)).slice(10, 18), 'latin1');
  const name = (await client.ask(long(2, V1, id, CLIENT_ID, payload(40)), port)).slice(NAME_AT);
  return { id, name };
};

/** Sends a packet of a connection; returns the name of the server that has answered. */
export const goOn = async (client: DatagramClient, port: number, id: Buffer): Promise<string> =>
  (await client.ask(Buffer.concat([Buffer.of(0x40), id, Buffer.alloc(24)]), port)).slice(NAME_AT);
