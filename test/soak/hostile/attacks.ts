import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { libc } from '../../../proxy/sys/libc.ts';
import { pinnedMemory } from '../../../proxy/sys/memory.ts';
import { SOCKET_ADDRESS_BYTES, writeSocketAddress } from '../../../proxy/sys/socket-address.ts';
import { AF_INET, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK, SOCK_STREAM } from '../../../proxy/sys/sys.ts';
import { BATCH, RawPackets } from './raw-packets.ts';

/** The ports of the listeners that are attacked. */
export interface AimedPorts {
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly quicPort: number;
}

/** What an attack is aimed at, and how much of it there is. */
export interface Aim extends AimedPorts {
  /** Packets, connections or ports. */
  readonly count: number;
  readonly perSecond: number;
}

/** Runs `step` for each number below `count`, so many times a second as are wanted, or as are possible. */
const paced = async ({ count, perSecond }: Aim, step: (index: number) => void): Promise<number> => {
  const started = performance.now();
  for (let done = 0; done < count; ) {
    const due = Math.min(count, Math.ceil(((performance.now() - started) * perSecond) / 1000));
    // Not all at once that is overdue: signals and timers get their turn.
    for (const end = Math.min(due, done + 4 * BATCH); done < end; done++) step(done);
    if (done >= due) await sleep(1);
    else await sleep(0);
  }
  return count;
};

/** 10.0.0.0/8 and on: each index has another address. */
const spoofed = (index: number): number => 0x0a00_0000 + index;

const flood = (isFragment: boolean) => async (aim: Aim) => {
  const packets = new RawPackets(libc(), aim.udpPort);
  const sent = await paced(aim, (index) =>
    packets.add({ source: spoofed(index), sourcePort: 1024 + (index % 60_000), isFragment, id: index }),
  );
  packets.flush();
  packets.close();
  return sent;
};

/** Sends one byte, and then another one now and then, on many connections. */
const slowloris = async ({ tcpPort, count }: Aim): Promise<number> => {
  const sockets: Socket[] = [];
  let refused = 0;
  for (let i = 0; i < count; i++) {
    const socket = connect({ port: tcpPort, host: '127.0.0.1', localAddress: `127.9.${i >> 8}.${i & 255}` });
    socket.on('error', () => refused++);
    socket.on('connect', () => socket.write('x'));
    sockets.push(socket);
    if (i % 100 === 0) await sleep(5);
  }
  for (let round = 0; round < count / 1000; round++) {
    await sleep(1000);
    for (const socket of sockets) if (socket.writable) socket.write('x');
  }
  for (const socket of sockets) socket.destroy();
  return count - refused;
};

/** Connects without waiting for anything; returns the socket. */
const dialler = (type: number) => {
  const sys = libc();
  const address = pinnedMemory(SOCKET_ADDRESS_BYTES);
  return (port: number): number => {
    const fd = sys.socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    writeSocketAddress(address.view, 0, '127.0.0.1', port);
    if (fd >= 0) sys.connect(fd, address.address, 16);
    return fd;
  };
};

/** How many connections later the client shows that it gets answers. */
const ANSWERED_AFTER = 512;

/** Clients of QUIC that end once their handshake is over: each leaves a connection ID behind. */
const handshakes = async (aim: Aim): Promise<number> => {
  const sys = libc();
  const address = pinnedMemory(SOCKET_ADDRESS_BYTES);
  const packet = pinnedMemory(16);
  const open: number[] = [];
  const send = (fd: number, header: number): void => {
    packet.view.setUint8(0, header);
    sys.send(fd, packet.address, 16, false);
  };
  const finish = (fd: number): void => {
    send(fd, 0x40);
    sys.close(fd);
  };
  const sent = await paced(aim, (index) => {
    const fd = sys.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    const from = `10.${200 + ((index >> 16) & 15)}.${(index >> 8) & 255}.${index & 255}`;
    sys.bind(fd, address.address, writeSocketAddress(address.view, 0, from, 0));
    sys.connect(fd, address.address, writeSocketAddress(address.view, 0, '127.0.0.1', aim.quicPort));
    // A long header of no version that is known, with neither ID.
    send(fd, 0xc0);
    open.push(fd);
    if (open.length > ANSWERED_AFTER) finish(open.shift() as number);
  });
  // The last answers.
  await sleep(100);
  for (const fd of open) finish(fd);
  return sent;
};

const reconnect = (aim: Aim): Promise<number> => {
  const sys = libc();
  const dial = dialler(SOCK_STREAM);
  return paced(aim, () => {
    const fd = dial(aim.tcpPort);
    if (fd < 0) return;
    // Without it, the source ports of one address would last for a few seconds.
    sys.resetOnClose(fd);
    sys.close(fd);
  });
};

/** Empty datagrams, and the longest ones. */
const oddDatagrams = async (aim: Aim): Promise<number> => {
  const socket = createSocket('udp4');
  const longest = Buffer.alloc(65_507, 1);
  socket.on('error', () => undefined); // no room: they are lost
  const sent = await paced(aim, (index) =>
    socket.send(index % 2 === 0 ? Buffer.alloc(0) : longest, aim.udpPort, '127.0.0.1'),
  );
  await new Promise<void>((resolve) => socket.close(resolve));
  return sent;
};

/** Each port in turn by TCP, and by an empty datagram. */
const portScan = (aim: Aim): Promise<number> => {
  const sys = libc();
  const [stream, datagram] = [dialler(SOCK_STREAM), dialler(SOCK_DGRAM)];
  const nothing = pinnedMemory(1);
  return paced(aim, (index) => {
    const port = 1 + (index % 65_535);
    const [tcp, udp] = [stream(port), datagram(port)];
    if (udp >= 0) sys.send(udp, nothing.address, 0, false);
    for (const fd of [tcp, udp]) if (fd >= 0) sys.close(fd);
  });
};

export const ATTACKS = {
  'UDP flood, each packet from another source': flood(false),
  'fragments that are never complete': flood(true),
  slowloris,
  'one source that reconnects': reconnect,
  'datagrams of 0 and 65,507 bytes': oddDatagrams,
  'handshakes of QUIC': handshakes,
  'port scan': portScan,
} as const;

export type AttackName = keyof typeof ATTACKS;
