import koffi from 'koffi';
import { type PinnedMemory, pinnedMemory } from './memory.ts';
import { contextCalls, POINTER, useKeyPair } from './ssl-context.ts';
import type { ClientContext, ContextSettings, Tls } from './tls.ts';

const SSL_VERIFY_NONE = 0;
const SSL_VERIFY_PEER = 1;
const SENT_AND_RECEIVED = 3;
const SSL_CTRL_SET_TLSEXT_HOSTNAME = 55;
const SSL_CTRL_SET_GROUPS_LIST = 92;
const SSL_CTRL_SET_VERIFY_CERT_STORE = 106;
const SSL_CTRL_GET_NEGOTIATED_GROUP = 134;
/** A wildcard stands for a whole label, as Node has it. */
const X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS = 0x4;
/** NO_RENEGOTIATION | NO_COMPRESSION. */
const OPTIONS = 0x40000000 | 0x20000;
/** In the scratch memory: where OpenSSL writes the address and the length of a protocol, and the protocol. */
const LENGTH_AT = 8;
const PROTOCOL_AT = 16;
const MOST_PROTOCOL_BYTES = 255;

const symbols = () => {
  const lib = koffi.load(null);
  return {
    ...contextCalls(),
    TLS_client_method: lib.func('TLS_client_method', POINTER, []),
    SSL_CTX_set_alpn_protos: lib.func('SSL_CTX_set_alpn_protos', 'int', [POINTER, POINTER, 'uint']),
    SSL_CTX_get0_param: lib.func('SSL_CTX_get0_param', POINTER, [POINTER]),
    SSL_get0_param: lib.func('SSL_get0_param', POINTER, [POINTER]),
    X509_VERIFY_PARAM_set1_host: lib.func('X509_VERIFY_PARAM_set1_host', 'int', [POINTER, 'str', 'size_t']),
    X509_VERIFY_PARAM_set_hostflags: lib.func('X509_VERIFY_PARAM_set_hostflags', 'void', [POINTER, 'uint']),
    X509_VERIFY_PARAM_set1_ip: lib.func('X509_VERIFY_PARAM_set1_ip', 'int', [POINTER, POINTER, 'size_t']),
    SSL_new: lib.func('SSL_new', POINTER, [POINTER]),
    SSL_free: lib.func('SSL_free', 'void', [POINTER]),
    SSL_ctrl: lib.func('SSL_ctrl', 'long', [POINTER, 'int', 'long', POINTER]),
    SSL_set_fd: lib.func('SSL_set_fd', 'int', [POINTER, 'int']),
    SSL_set_connect_state: lib.func('SSL_set_connect_state', 'void', [POINTER]),
    SSL_set_session: lib.func('SSL_set_session', 'int', [POINTER, POINTER]),
    SSL_get0_alpn_selected: lib.func('SSL_get0_alpn_selected', 'void', [POINTER, POINTER, POINTER]),
    SSL_set_alpn_protos: lib.func('SSL_set_alpn_protos', 'int', [POINTER, POINTER, 'uint']),
    SSL_get1_session: lib.func('SSL_get1_session', POINTER, [POINTER]),
    SSL_get_SSL_CTX: lib.func('SSL_get_SSL_CTX', POINTER, [POINTER]),
    SSL_set_shutdown: lib.func('SSL_set_shutdown', 'void', [POINTER, 'int']),
    SSL_SESSION_is_resumable: lib.func('SSL_SESSION_is_resumable', 'int', [POINTER]),
    SSL_SESSION_free: lib.func('SSL_SESSION_free', 'void', [POINTER]),
    memcpy: lib.func('memcpy', POINTER, [POINTER, POINTER, 'size_t']),
    ERR_clear_error: lib.func('ERR_clear_error', 'void', []),
  };
};

/** OpenSSL's numbers of the groups that an endpoint may choose instead of the first one (obj_mac.h). */
const GROUPS: ReadonlyMap<string, number> = new Map([
  ['X25519', 1034],
  ['P-256', 415],
  ['P-384', 715],
]);

const pinnedText = (text: string): PinnedMemory => {
  const memory = pinnedMemory(Buffer.byteLength(text) + 1);
  Buffer.from(memory.bytes.buffer).write(text);
  return memory;
};

/** By group but the first one: the list in which that one has the mark of those that a key is made of. */
const keyShareLists = (groups: string): ReadonlyMap<number, PinnedMemory> => {
  const [first, ...others] = groups.split(':');
  const lists = new Map<number, PinnedMemory>();
  for (const name of others) {
    const number = GROUPS.get(name);
    if (number === undefined) continue;
    const marked = others.map((other) => (other === name ? `*${other}` : other));
    lists.set(number, pinnedText([first, ...marked].join(':')));
  }
  return lists;
};

export type TlsClient = Pick<
  Tls,
  'clientContext' | 'connect' | 'chosenGroup' | 'takeSession' | 'contextOf' | 'freeSession'
> & {
  /** A context is about to be freed. */
  forget(context: number): void;
};

/** The side of the client of TLS: towards endpoints. `prepare` gives a context what all have in common. */
export const opensslClient = (
  prepare: (context: number, settings: ContextSettings, options: number) => boolean,
): TlsClient => {
  const c = symbols();
  const scratch = pinnedMemory(PROTOCOL_AT + 1 + MOST_PROTOCOL_BYTES);
  /** Names to ask endpoints for, by context. */
  const names = new Map<number, PinnedMemory>();
  /** By context: lists of its groups that make a key of another one than the first, by its number. */
  const keyShares = new Map<number, ReadonlyMap<number, PinnedMemory>>();

  const setAlpn = (context: number, alpn: Uint8Array): boolean => {
    const memory = pinnedMemory(alpn.length);
    memory.bytes.set(alpn);
    return c.SSL_CTX_set_alpn_protos(context, memory.address, alpn.length) === 0;
  };

  const verifyName = (context: number, name: string): boolean => {
    const param = c.SSL_CTX_get0_param(context);
    c.X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return c.X509_VERIFY_PARAM_set1_host(param, name, 0) === 1;
  };

  const configure = (context: number, settings: ClientContext): boolean => {
    const { store, serverName, alpn, keyPair } = settings;
    c.SSL_CTX_set_verify(context, store === undefined ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, 0);
    return (
      prepare(context, settings, OPTIONS) &&
      // 1 lets the context take a reference.
      (store === undefined || c.SSL_CTX_ctrl(context, SSL_CTRL_SET_VERIFY_CERT_STORE, 1, store) === 1) &&
      (store === undefined || serverName === undefined || verifyName(context, serverName)) &&
      (alpn === undefined || setAlpn(context, alpn)) &&
      (keyPair === undefined || useKeyPair(c, context, keyPair))
    );
  };

  /** Offers the protocol alone that was agreed upon with a client, if there is one. */
  const offerAgreed = (connection: number, client: number): boolean => {
    c.SSL_get0_alpn_selected(client, scratch.address, scratch.address + LENGTH_AT);
    const length = scratch.view.getUint32(LENGTH_AT, true);
    if (length === 0 || length > MOST_PROTOCOL_BYTES) return true;
    scratch.bytes[PROTOCOL_AT] = length;
    const protocol = Number(scratch.view.getBigUint64(0, true));
    c.memcpy(scratch.address + PROTOCOL_AT + 1, protocol, length);
    return c.SSL_set_alpn_protos(connection, scratch.address + PROTOCOL_AT, length + 1) === 0;
  };

  /** Makes a key of this group alone; all groups of the context are offered in their order. */
  const shareKeyOf = (connection: number, context: number, group: number): boolean => {
    const list = keyShares.get(context)?.get(group);
    return list === undefined || c.SSL_ctrl(connection, SSL_CTRL_SET_GROUPS_LIST, 0, list.address) === 1;
  };

  return {
    clientContext(settings) {
      const context = c.SSL_CTX_new(c.TLS_client_method());
      if (context === 0) return 0;
      if (!configure(context, settings)) {
        c.SSL_CTX_free(context);
        c.ERR_clear_error();
        return 0;
      }
      if (settings.serverName !== undefined) names.set(context, pinnedText(settings.serverName));
      keyShares.set(context, keyShareLists(settings.groups));
      return context;
    },
    connect(context, fd, { session, group, client, address, addressLength }) {
      const connection = c.SSL_new(context);
      if (connection === 0) return 0;
      const name = names.get(context);
      const isReady =
        c.SSL_set_fd(connection, fd) === 1 &&
        (name === undefined || c.SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, 0, name.address) === 1) &&
        (name !== undefined ||
          c.X509_VERIFY_PARAM_set1_ip(c.SSL_get0_param(connection), address, addressLength) === 1) &&
        (client === 0 || offerAgreed(connection, client)) &&
        (group === 0 || shareKeyOf(connection, context, group)) &&
        (session === 0 || c.SSL_set_session(connection, session) === 1);
      if (isReady) {
        c.SSL_set_connect_state(connection);
        return connection;
      }
      c.SSL_free(connection);
      c.ERR_clear_error();
      return 0;
    },
    chosenGroup(connection) {
      const group = Number(c.SSL_ctrl(connection, SSL_CTRL_GET_NEGOTIATED_GROUP, 0, 0));
      return keyShares.get(c.SSL_get_SSL_CTX(connection))?.has(group) ? group : 0;
    },
    takeSession(connection) {
      // A connection that is freed without having ended takes its session with it.
      c.SSL_set_shutdown(connection, SENT_AND_RECEIVED);
      const session = c.SSL_get1_session(connection);
      if (session === 0 || c.SSL_SESSION_is_resumable(session) === 1) return session;
      c.SSL_SESSION_free(session);
      return 0;
    },
    contextOf: (connection) => c.SSL_get_SSL_CTX(connection),
    freeSession: (session) => c.SSL_SESSION_free(session),
    forget(context) {
      names.delete(context);
      keyShares.delete(context);
    },
  };
};
