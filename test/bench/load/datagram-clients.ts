import { getSystemErrorName } from 'node:util';
import { openDatagramSocket, UDP } from '../../../proxy/sys/datagram-socket.ts';
import { libc } from '../../../proxy/sys/libc.ts';
import { pinnedMemory } from '../../../proxy/sys/memory.ts';
import {
  CONTROL_HEADER_BYTES,
  controlSpace,
  MESSAGE,
  MESSAGE_BYTES,
  PART,
  PART_BYTES,
  writeControlHeader,
  writeWord,
} from '../../../proxy/sys/message-layout.ts';
import {
  EAGAIN,
  EINTR,
  EPOLL_CTL_ADD,
  EPOLL_EVENT_BYTES,
  EPOLL_TOKEN_BYTES,
  EPOLLIN,
  IPPROTO_UDP,
  UDP_GRO,
  UDP_SEGMENT,
} from '../../../proxy/sys/sys.ts';
import type { DatagramPlan } from './datagram-plan.ts';
import { MessageBatch } from './message-batch.ts';
import { preciseWait } from './precise-wait.ts';

const MOST_EVENTS = 512;
const MESSAGES = 16;

/** Sockets that are connected to one server, in an epoll loop. Each datagram begins with its number. */
export class DatagramClients {
  readonly failures: Record<string, number> = {};
  #sys = libc();
  #wait = preciseWait();
  #epoll = this.#sys.epollCreate();
  #events = pinnedMemory(MOST_EVENTS * EPOLL_EVENT_BYTES);
  #received = new MessageBatch(MESSAGES);
  #sockets: readonly number[];
  #memory: ReturnType<typeof pinnedMemory>;
  #dataAt: number;
  #plan: DatagramPlan;

  constructor(plan: DatagramPlan) {
    this.#plan = plan;
    const { atOnce, bytes } = plan;
    const partsAt = atOnce * MESSAGE_BYTES;
    const controlAt = partsAt + atOnce * PART_BYTES;
    this.#dataAt = controlAt + controlSpace(2);
    this.#memory = pinnedMemory(this.#dataAt + atOnce * bytes);
    const { view, address } = this.#memory;
    for (let i = 0; i < atOnce; i++) {
      writeWord(view, i * MESSAGE_BYTES + MESSAGE.Parts, address + partsAt + i * PART_BYTES);
      writeWord(view, i * MESSAGE_BYTES + MESSAGE.PartCount, 1);
      writeWord(view, partsAt + i * PART_BYTES + PART.Address, address + this.#dataAt + i * bytes);
      writeWord(view, partsAt + i * PART_BYTES + PART.Length, plan.split ? atOnce * bytes : bytes);
    }
    if (plan.split) {
      writeWord(view, MESSAGE.Control, address + controlAt);
      writeWord(view, MESSAGE.ControlLength, controlSpace(2));
      writeControlHeader(view, controlAt, IPPROTO_UDP, UDP_SEGMENT, 2);
      view.setUint16(controlAt + CONTROL_HEADER_BYTES, bytes, true);
    }
    this.#sockets = Array.from({ length: plan.clients }, (_, client) => this.#open(client));
  }

  /**
   * Sends datagrams of a client, numbered from `first` on, as many as the plan says; returns how many the
   * kernel took.
   */
  send(client: number, first: number): number {
    const { atOnce, bytes, split } = this.#plan;
    const { view, address } = this.#memory;
    for (let i = 0; i < atOnce; i++) view.setUint32(this.#dataAt + i * bytes, first + i, true);
    const fd = this.#sockets[client] as number;
    if (atOnce === 1 && !split) {
      const result = this.#sys.send(fd, address + this.#dataAt, bytes, false);
      if (result < 0) this.#failed(result);
      return result < 0 ? 0 : 1;
    }
    const result = this.#sys.sendMessages(fd, address, split ? 1 : atOnce);
    if (result < 0) this.#failed(result);
    return result < 0 ? 0 : split ? atOnce : result;
  }

  /** Waits for answers for at most `timeoutMs`, and passes on the client and the number of each. */
  poll(timeoutMs: number, onAnswer: (client: number, number: number) => void): void {
    const count = this.#wait(this.#epoll, this.#events.address, MOST_EVENTS, timeoutMs);
    const { view } = this.#events;
    for (let i = 0; i < count; i++)
      this.#take(view.getInt32(i * EPOLL_EVENT_BYTES + EPOLL_TOKEN_BYTES, true), onAnswer);
  }

  #take(client: number, onAnswer: (client: number, number: number) => void): void {
    const received = this.#received;
    const count = received.receive(this.#sys, this.#sockets[client] as number);
    if (count < 0) this.#failed(count);
    for (let i = 0; i < count; i++) {
      const length = received.lengthOf(i);
      const unit = received.unitOf(i);
      for (let from = 0; from < length; from += unit)
        onAnswer(client, received.view.getUint32(received.dataOf(i) + from, true));
    }
  }

  #open(client: number): number {
    const { address, port } = this.#plan;
    const fd = openDatagramSocket(this.#sys, UDP, address, port);
    if (typeof fd !== 'number') throw new Error(`no socket for client ${client}: errno ${-fd.errno}`);
    this.#sys.setOption(fd, IPPROTO_UDP, UDP_GRO, 1);
    this.#sys.epollControl(this.#epoll, EPOLL_CTL_ADD, fd, EPOLLIN, client);
    return fd;
  }

  #failed(result: number): void {
    if (result === -EINTR) return;
    const name = result === -EAGAIN ? 'EAGAIN' : getSystemErrorName(result);
    this.failures[name] = (this.failures[name] ?? 0) + 1;
  }
}
