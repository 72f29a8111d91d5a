import koffi from 'koffi';
import { type PinnedMemory, pinnedMemory } from './memory.ts';
import { opensslClient } from './openssl-client.ts';
import { contextCalls, POINTER, useKeyPair, verifyClients } from './ssl-context.ts';
import { Staples } from './staples.ts';
import { EAGAIN, ECONNRESET, ENOMEM } from './sys.ts';
import { TicketKeys } from './ticket-keys.ts';
import {
  type ContextSettings,
  type ServerContext,
  TLS_FAILED,
  type Tls,
  TRUNCATED,
  WANTS_WRITE,
} from './tls.ts';
import { fatalAlerts } from './tls-alert.ts';
import { tlsFacts } from './tls-facts.ts';

const SSL_ERROR_SSL = 1;
const SSL_ERROR_WANT_READ = 2;
const SSL_ERROR_WANT_WRITE = 3;
const SSL_ERROR_SYSCALL = 5;
const SSL_ERROR_ZERO_RETURN = 6;
const SSL_R_UNEXPECTED_EOF_WHILE_READING = 294;
const ERR_SYSTEM_FLAG = 0x80000000;
const ERR_REASON_MASK = 0x7fffff;

const SSL_CTRL_MODE = 33;
const SSL_CTRL_SET_READ_AHEAD = 41;
const SSL_CTRL_SET_SESS_CACHE_MODE = 44;
const SSL_CTRL_SET_GROUPS_LIST = 92;
const SSL_CTRL_SET_MIN_PROTO_VERSION = 123;
const SSL_SESS_CACHE_OFF = 0;
/**
 * ENABLE_PARTIAL_WRITE | ACCEPT_MOVING_WRITE_BUFFER | RELEASE_BUFFERS: an idle connection holds no buffer.
 * AUTO_RETRY stays on, as it is by default: without it, a read that met nothing but a message of TLS itself
 * would return as if the socket were empty, while what was read ahead waits in OpenSSL without an event.
 */
const MODES = 0x1 | 0x2 | 0x10;
/** NO_RENEGOTIATION | CIPHER_SERVER_PREFERENCE | PRIORITIZE_CHACHA | NO_COMPRESSION. */
const OPTIONS = 0x40000000 | 0x400000 | 0x200000 | 0x20000;
/**
 * NO_TX_CERTIFICATE_COMPRESSION and NO_RX, above the bits that operators keep. Who is asked for a compressed
 * certificate compresses it anew for each handshake, which takes longer than the rest of it.
 */
const NO_CERTIFICATE_COMPRESSION = 2 ** 32 + 2 ** 33;
const SSL_TLSEXT_ERR_OK = 0;
const SSL_TLSEXT_ERR_ALERT_FATAL = 2;
const OPENSSL_NPN_NEGOTIATED = 1;

const SELECT_ALPN = koffi.proto('SelectAlpn', 'int', [POINTER, POINTER, POINTER, POINTER, 'uint', POINTER]);

const symbols = () => {
  const lib = koffi.load(null);
  return {
    ...contextCalls(),
    SSL_CTX_set_options: lib.func('SSL_CTX_set_options', 'uint64_t', [POINTER, 'uint64_t']),
    SSL_CTX_set_cipher_list: lib.func('SSL_CTX_set_cipher_list', 'int', [POINTER, 'str']),
    SSL_CTX_set_ciphersuites: lib.func('SSL_CTX_set_ciphersuites', 'int', [POINTER, 'str']),
    SSL_CTX_set_session_id_context: lib.func('SSL_CTX_set_session_id_context', 'int', [
      POINTER,
      POINTER,
      'uint',
    ]),
    SSL_CTX_set_alpn_select_cb: lib.func('SSL_CTX_set_alpn_select_cb', 'void', [
      POINTER,
      koffi.pointer(SELECT_ALPN),
      POINTER,
    ]),
    SSL_select_next_proto: lib.func('SSL_select_next_proto', 'int', [
      POINTER,
      POINTER,
      POINTER,
      'uint',
      POINTER,
      'uint',
    ]),
    SSL_new: lib.func('SSL_new', POINTER, [POINTER]),
    SSL_free: lib.func('SSL_free', 'void', [POINTER]),
    SSL_set_fd: lib.func('SSL_set_fd', 'int', [POINTER, 'int']),
    SSL_set_accept_state: lib.func('SSL_set_accept_state', 'void', [POINTER]),
    SSL_do_handshake: lib.func('SSL_do_handshake', 'int', [POINTER]),
    SSL_read: lib.func('SSL_read', 'int', [POINTER, POINTER, 'int']),
    SSL_write: lib.func('SSL_write', 'int', [POINTER, POINTER, 'int']),
    SSL_shutdown: lib.func('SSL_shutdown', 'int', [POINTER]),
    SSL_get_error: lib.func('SSL_get_error', 'int', [POINTER, 'int']),
    SSL_in_init: lib.func('SSL_in_init', 'int', [POINTER]),
    SSL_session_reused: lib.func('SSL_session_reused', 'int', [POINTER]),
    SSL_get0_peer_certificate: lib.func('SSL_get0_peer_certificate', POINTER, [POINTER]),
    SSL_get_verify_result: lib.func('SSL_get_verify_result', 'long', [POINTER]),
    i2d_X509: lib.func('i2d_X509', 'int', [POINTER, POINTER]),
    SSL_version: lib.func('SSL_version', 'int', [POINTER]),
    ERR_get_error: lib.func('ERR_get_error', 'ulong', []),
    ERR_clear_error: lib.func('ERR_clear_error', 'void', []),
  };
};

/** Node's own OpenSSL. Call it once in each thread: errors and callbacks belong to the thread. */
export const openssl = (): Tls => {
  const c = symbols();
  const errno = koffi.errno;
  const scratch = pinnedMemory(256);
  /** Where certificates of clients are written to. */
  let certificates = pinnedMemory(8192);
  const text = Buffer.from(scratch.bytes.buffer);
  let reason = 0;
  const tickets = new TicketKeys();
  const staples = new Staples();
  /** ALPN lists by content. They stay, since handshakes may outlive their context; there are few. */
  const protocols = new Map<string, number>();
  const lists: PinnedMemory[] = [];

  const selectAlpn = (
    _: number,
    out: number,
    outLength: number,
    at: number,
    length: number,
    list: number,
  ) => {
    const { address, bytes } = lists[list] as PinnedMemory;
    const outcome = c.SSL_select_next_proto(out, outLength, address, bytes.length, at, length);
    return outcome === OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
  };
  let onAlpn: bigint | undefined;
  const followAlpn = (context: number, alpn: Uint8Array): void => {
    onAlpn ??= koffi.register(selectAlpn, koffi.pointer(SELECT_ALPN));
    const text = alpn.join();
    let list = protocols.get(text);
    if (list === undefined) {
      const memory = pinnedMemory(alpn.length);
      memory.bytes.set(alpn);
      list = lists.push(memory) - 1;
      protocols.set(text, list);
    }
    c.SSL_CTX_set_alpn_select_cb(context, onAlpn, list);
  };

  /** The queue of errors is empty whenever a call is made, so only failures pay for emptying it. */
  const takeReason = (): number => {
    const code = Number(c.ERR_get_error());
    c.ERR_clear_error();
    return code >= ERR_SYSTEM_FLAG ? 0 : code & ERR_REASON_MASK;
  };

  /** What a call on a connection that returned `result`, not above 0, means. */
  const outcome = (connection: number, result: number): number => {
    const system = errno();
    const kind = c.SSL_get_error(connection, result);
    switch (kind) {
      case SSL_ERROR_WANT_READ:
        return -EAGAIN;
      case SSL_ERROR_WANT_WRITE:
        return -WANTS_WRITE;
      case SSL_ERROR_ZERO_RETURN:
        return 0;
      case SSL_ERROR_SYSCALL:
        c.ERR_clear_error();
        return system === 0 ? -ECONNRESET : -system;
      case SSL_ERROR_SSL:
        reason = takeReason();
        return reason === SSL_R_UNEXPECTED_EOF_WHILE_READING ? -TRUNCATED : -TLS_FAILED;
      default:
        // Nothing else can happen without asynchronous engines and callbacks for certificates.
        reason = takeReason();
        return -TLS_FAILED;
    }
  };

  const setGroups = (context: number, groups: string): boolean => {
    text.write(`${groups}\0`);
    return c.SSL_CTX_ctrl(context, SSL_CTRL_SET_GROUPS_LIST, 0, scratch.address) === 1;
  };

  const setSessionContext = (context: number, value: Uint8Array): boolean => {
    scratch.bytes.set(value);
    return c.SSL_CTX_set_session_id_context(context, scratch.address, value.length) === 1;
  };

  /** What contexts of both sides have in common. */
  const prepare = (context: number, settings: ContextSettings, options: number): boolean => {
    const { minVersion, ciphers, cipherSuites, groups } = settings;
    c.SSL_CTX_ctrl(context, SSL_CTRL_MODE, MODES, 0);
    c.SSL_CTX_ctrl(context, SSL_CTRL_SET_READ_AHEAD, 1, 0);
    // Clients keep sessions in tickets, which any acceptor can resume; those with endpoints are kept by them.
    c.SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, SSL_SESS_CACHE_OFF, 0);
    c.SSL_CTX_set_options(context, options + NO_CERTIFICATE_COMPRESSION);
    return (
      c.SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, minVersion, 0) === 1 &&
      c.SSL_CTX_set_cipher_list(context, ciphers) === 1 &&
      c.SSL_CTX_set_ciphersuites(context, cipherSuites) === 1 &&
      setGroups(context, groups)
    );
  };

  const configure = (context: number, settings: ServerContext): boolean => {
    const { sessionContext, alpn, keyPairs, clients } = settings;
    if (alpn !== undefined) followAlpn(context, alpn);
    return (
      prepare(context, settings, OPTIONS) &&
      tickets.follow(context) &&
      staples.follow(context) &&
      setSessionContext(context, sessionContext) &&
      keyPairs.every((pair) => useKeyPair(c, context, pair)) &&
      (clients === undefined || verifyClients(c, context, clients))
    );
  };
  const sendAlert = fatalAlerts();
  const { forget, ...client } = opensslClient(prepare);

  const peerCertificate = (connection: number): Uint8Array | undefined => {
    const certificate = c.SSL_get0_peer_certificate(connection);
    const length = certificate === 0 ? 0 : c.i2d_X509(certificate, 0);
    if (length <= 0) return undefined;
    if (certificates.bytes.length < length) certificates = pinnedMemory(2 * length);
    // i2d moves the pointer that it is given behind what it has written.
    scratch.view.setBigUint64(0, BigInt(certificates.address), true);
    return c.i2d_X509(certificate, scratch.address) === length
      ? Uint8Array.from(certificates.bytes.subarray(0, length))
      : undefined;
  };

  return {
    ...client,
    serverContext(settings) {
      const context = c.SSL_CTX_new(c.TLS_server_method());
      if (context === 0) return 0;
      if (configure(context, settings)) return context;
      c.SSL_CTX_free(context);
      reason = takeReason();
      return 0;
    },
    freeContext(context) {
      forget(context);
      c.SSL_CTX_free(context);
    },
    setTicketKeys: (keys) => tickets.set(keys),
    setStaples: (list) => staples.set(list),
    accept(context, fd) {
      const connection = c.SSL_new(context);
      if (connection !== 0 && c.SSL_set_fd(connection, fd) === 1) {
        c.SSL_set_accept_state(connection);
        return connection;
      }
      if (connection !== 0) c.SSL_free(connection);
      c.ERR_clear_error();
      return 0;
    },
    free: (connection) => c.SSL_free(connection),
    handshake(connection) {
      const result = c.SSL_do_handshake(connection);
      return result === 1 ? 1 : outcome(connection, result) || -TRUNCATED;
    },
    read(connection, address, length) {
      const result = c.SSL_read(connection, address, length);
      return result > 0 ? result : outcome(connection, result);
    },
    write(connection, address, length) {
      const result = c.SSL_write(connection, address, length);
      return result > 0 ? result : outcome(connection, result) || -ENOMEM;
    },
    end(connection) {
      const result = c.SSL_shutdown(connection);
      return result >= 0 ? 0 : outcome(connection, result);
    },
    get reason() {
      return reason;
    },
    // After a fatal error of the protocol OpenSSL takes a connection back to its beginning.
    hasAlerted: (connection) => c.SSL_in_init(connection) === 1,
    alert(connection, description) {
      if (sendAlert(connection, description)) return true;
      c.ERR_clear_error();
      return false;
    },
    isResumed: (connection) => c.SSL_session_reused(connection) === 1,
    peerCertificate,
    facts: tlsFacts(),
    verifyResult: (connection) => Number(c.SSL_get_verify_result(connection)),
    version: (connection) => c.SSL_version(connection),
  };
};
