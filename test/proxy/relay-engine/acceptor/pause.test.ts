import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adoptTable } from '../../../../proxy/relay-engine/acceptor/adopt-table.ts';
import {
  isServed,
  pauseAccepting,
  resumeAccepting,
  unwatchListeners,
  watchListeners,
} from '../../../../proxy/relay-engine/acceptor/pause.ts';
import { serveTable } from '../../../../proxy/relay-engine/acceptor/serve-table.ts';
import type { ServedListener, ServedTable } from '../../../../proxy/relay-engine/acceptor/served-table.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { EEXIST, EMFILE, ENOMEM, EPOLL_CTL_ADD, EPOLL_CTL_DEL } from '../../../../proxy/sys/sys.ts';
import { acceptorForTest, listenerForTest, tableForTest } from './acceptor.ts';

const TCP = 1001;
const OTHER = 1002;

/** An acceptor with an epoll set that only lists what is watched, and the listeners that were left. */
const pausable = () => {
  const watched = new Set<number>();
  const left: number[] = [];
  let refused: number | undefined;
  const acceptor = acceptorForTest({
    ...libc(),
    epollControl(_, operation, fd) {
      if (operation === EPOLL_CTL_DEL) return watched.delete(fd) ? 0 : -2;
      if (operation !== EPOLL_CTL_ADD) return 0;
      if (fd === refused) return -ENOMEM;
      if (watched.has(fd)) return -EEXIST;
      watched.add(fd);
      return 0;
    },
  });
  watched.clear(); // the eventfd that wakes the acceptor
  const table = (fds: readonly number[]): ServedTable => {
    const served = serveTable(
      tableForTest({ listeners: fds.map((fd, slot) => ({ ...listenerForTest(fd, fd), slot })) }),
      acceptor.table,
      acceptor.shared,
    );
    const handlers = {
      onReadable: () => undefined,
      onLeaving: (_: unknown, { fd }: ServedListener) => left.push(fd),
    };
    // A protocol without connections of its own serves every client by the one socket.
    return {
      ...served,
      listeners: served.listeners.map((each) => ({
        ...each,
        ...handlers,
        needsDescriptors: each.fd === TCP,
      })),
    };
  };
  const refuse = (fd: number | undefined): void => {
    refused = fd;
  };
  const resume = (): void => {
    acceptor.now = acceptor.pausedUntil;
    resumeAccepting(acceptor);
  };
  return { acceptor, watched, left, table, refuse, resume };
};

const servedIn = ({ acceptor }: ReturnType<typeof pausable>): readonly number[] =>
  acceptor.table.listeners.filter((listener) => isServed(acceptor, listener)).map(({ fd }) => fd);

test('a shortage of descriptors pauses the listeners that need some for each client, and only these', () => {
  const world = pausable();
  using acceptor = world.acceptor;
  adoptTable(acceptor, world.table([TCP, OTHER]));
  assert.deepEqual([...world.watched], [TCP, OTHER]);
  pauseAccepting(acceptor, EMFILE);
  assert.deepEqual([...world.watched], [OTHER]);
  assert.deepEqual(servedIn(world), [OTHER]);
  world.resume();
  assert.equal(acceptor.pausedUntil, 0);
  assert.deepEqual([...world.watched].sort(), [TCP, OTHER]);
  assert.deepEqual(servedIn(world), [TCP, OTHER]);
});

test('a table that is adopted during a pause keeps the same listeners paused, and leaves none watched that is gone', () => {
  const world = pausable();
  using acceptor = world.acceptor;
  adoptTable(acceptor, world.table([TCP, OTHER]));
  pauseAccepting(acceptor, EMFILE);
  adoptTable(acceptor, world.table([OTHER, TCP]));
  assert.deepEqual([...world.watched], [OTHER]);
  assert.deepEqual(world.left, []);
  adoptTable(acceptor, world.table([TCP]));
  assert.deepEqual([...world.watched], []);
  assert.deepEqual(world.left, [OTHER], 'a listener that goes handles that by its protocol');
  world.resume();
  assert.deepEqual([...world.watched], [TCP]);
  unwatchListeners(acceptor);
  assert.deepEqual([...world.watched], []);
});

test('a listener that the kernel has no memory to watch is tried again, whether or not it needs descriptors', () => {
  for (const refused of [TCP, OTHER]) {
    const world = pausable();
    using acceptor = world.acceptor;
    world.refuse(refused);
    adoptTable(acceptor, world.table([OTHER, TCP]));
    assert.ok(acceptor.pausedUntil > 0);
    world.refuse(undefined);
    world.resume();
    assert.equal(acceptor.pausedUntil, 0);
    assert.deepEqual([...world.watched].sort(), [TCP, OTHER]);
    watchListeners(acceptor);
    assert.equal(acceptor.pausedUntil, 0, 'a listener that is watched already is no error');
  }
});

test('TCP listeners need descriptors for each client', () => {
  const world = pausable();
  using acceptor = world.acceptor;
  const { listeners } = serveTable(
    tableForTest({ listeners: [listenerForTest(TCP, 80)] }),
    acceptor.table,
    acceptor.shared,
  );
  assert.deepEqual(
    listeners.map(({ needsDescriptors }) => needsDescriptors),
    [true],
  );
});
