import koffi from 'koffi';
import { pinnedMemory } from '../../../../proxy/sys/memory.ts';
import type { TlsPlan } from './plan.ts';

const SSL_ERROR_WANT_READ = 2;
const SSL_ERROR_WANT_WRITE = 3;
const SSL_ERROR_ZERO_RETURN = 6;
const SENT_AND_RECEIVED = 3;
const SSL_CTRL_MODE = 33;
const SSL_CTRL_SET_READ_AHEAD = 41;
const SSL_CTRL_SET_TLSEXT_HOSTNAME = 55;
const SSL_CTRL_SET_GROUPS_LIST = 92;
const SSL_CTRL_SET_MIN_PROTO_VERSION = 123;
const PEM = 1;
const TLS1_3_VERSION = 0x304;
/** ENABLE_PARTIAL_WRITE | ACCEPT_MOVING_WRITE_BUFFER. */
const MODES = 0x1 | 0x2;
/**
 * SSL_OP_IGNORE_UNEXPECTED_EOF: how a stream ends is not judged here, since nginx ends some without
 * announcing it.
 */
const OPTIONS = 0x80;
/** The same for all peers, so that all encrypt alike. */
const CIPHER_SUITES = 'TLS_AES_128_GCM_SHA256';

/** Results of the calls below that are not a number of bytes. */
export const AGAIN = -1;
export const FAILED = -2;

const POINTER = 'uintptr_t';

const symbols = () => {
  const lib = koffi.load(null);
  return {
    TLS_client_method: lib.func('TLS_client_method', POINTER, []),
    SSL_CTX_new: lib.func('SSL_CTX_new', POINTER, [POINTER]),
    SSL_CTX_ctrl: lib.func('SSL_CTX_ctrl', 'long', [POINTER, 'int', 'long', POINTER]),
    SSL_CTX_set_options: lib.func('SSL_CTX_set_options', 'uint64_t', [POINTER, 'uint64_t']),
    SSL_CTX_set_ciphersuites: lib.func('SSL_CTX_set_ciphersuites', 'int', [POINTER, 'str']),
    SSL_CTX_use_certificate_file: lib.func('SSL_CTX_use_certificate_file', 'int', [POINTER, 'str', 'int']),
    SSL_CTX_use_PrivateKey_file: lib.func('SSL_CTX_use_PrivateKey_file', 'int', [POINTER, 'str', 'int']),
    SSL_new: lib.func('SSL_new', POINTER, [POINTER]),
    SSL_free: lib.func('SSL_free', 'void', [POINTER]),
    SSL_set_fd: lib.func('SSL_set_fd', 'int', [POINTER, 'int']),
    SSL_ctrl: lib.func('SSL_ctrl', 'long', [POINTER, 'int', 'long', POINTER]),
    SSL_set_connect_state: lib.func('SSL_set_connect_state', 'void', [POINTER]),
    SSL_do_handshake: lib.func('SSL_do_handshake', 'int', [POINTER]),
    SSL_read: lib.func('SSL_read', 'int', [POINTER, POINTER, 'int']),
    SSL_write: lib.func('SSL_write', 'int', [POINTER, POINTER, 'int']),
    SSL_shutdown: lib.func('SSL_shutdown', 'int', [POINTER]),
    SSL_set_shutdown: lib.func('SSL_set_shutdown', 'void', [POINTER, 'int']),
    SSL_get_error: lib.func('SSL_get_error', 'int', [POINTER, 'int']),
    SSL_get1_session: lib.func('SSL_get1_session', POINTER, [POINTER]),
    SSL_set_session: lib.func('SSL_set_session', 'int', [POINTER, POINTER]),
    SSL_SESSION_free: lib.func('SSL_SESSION_free', 'void', [POINTER]),
    SSL_session_reused: lib.func('SSL_session_reused', 'int', [POINTER]),
    ERR_get_error: lib.func('ERR_get_error', 'ulong', []),
    ERR_reason_error_string: lib.func('ERR_reason_error_string', 'str', ['ulong']),
    ERR_clear_error: lib.func('ERR_clear_error', 'void', []),
  };
};

const TEXT_BYTES = 256;

/**
 * Node's own OpenSSL as the client of TLS 1.3, on plain non-blocking descriptors: the same library in front
 * of every peer. Certificates are not checked, but that the server has their key is. Throws if there is no
 * such group.
 */
export class OpensslClient {
  #c = symbols();
  #context = this.#c.SSL_CTX_new(this.#c.TLS_client_method());
  #text = pinnedMemory(TEXT_BYTES);
  #serverName = pinnedMemory(TEXT_BYTES);
  #reason = '';

  constructor(groups: string, serverName: string, own?: TlsPlan['certificate']) {
    this.#text.bytes.set(Buffer.from(`${groups}\0`));
    this.#serverName.bytes.set(Buffer.from(`${serverName}\0`));
    const { SSL_CTX_ctrl, SSL_CTX_set_ciphersuites } = this.#c;
    SSL_CTX_ctrl(this.#context, SSL_CTRL_MODE, MODES, 0);
    SSL_CTX_ctrl(this.#context, SSL_CTRL_SET_READ_AHEAD, 1, 0);
    SSL_CTX_ctrl(this.#context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_3_VERSION, 0);
    this.#c.SSL_CTX_set_options(this.#context, OPTIONS);
    SSL_CTX_set_ciphersuites(this.#context, CIPHER_SUITES);
    if (SSL_CTX_ctrl(this.#context, SSL_CTRL_SET_GROUPS_LIST, 0, this.#text.address) !== 1)
      throw new Error(`OpenSSL has no groups ${groups}`);
    if (own !== undefined && !this.#show(own)) throw new Error(`OpenSSL does not take ${own.certificate}`);
  }

  #show({ certificate, key }: NonNullable<TlsPlan['certificate']>): boolean {
    const { SSL_CTX_use_certificate_file, SSL_CTX_use_PrivateKey_file } = this.#c;
    return (
      SSL_CTX_use_certificate_file(this.#context, certificate, PEM) === 1 &&
      SSL_CTX_use_PrivateKey_file(this.#context, key, PEM) === 1
    );
  }

  /** Begins a connection on `fd`, with the session of an earlier one unless that is 0. */
  connect(fd: number, session: number): number {
    const connection = this.#c.SSL_new(this.#context);
    this.#c.SSL_set_fd(connection, fd);
    this.#c.SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, 0, this.#serverName.address);
    if (session !== 0) this.#c.SSL_set_session(connection, session);
    this.#c.SSL_set_connect_state(connection);
    return connection;
  }

  free(connection: number): void {
    this.#c.SSL_free(connection);
  }

  /** Goes on with the handshake: 1 once it is complete, AGAIN, or FAILED. */
  handshake(connection: number): number {
    const result = this.#c.SSL_do_handshake(connection);
    return result === 1 ? 1 : this.#outcome(connection, result) || FAILED;
  }

  /** Bytes, AGAIN, FAILED, or 0 at the end of the stream. */
  read(connection: number, address: number, length: number): number {
    const result = this.#c.SSL_read(connection, address, length);
    return result > 0 ? result : this.#outcome(connection, result);
  }

  /** Bytes, AGAIN or FAILED. */
  write(connection: number, address: number, length: number): number {
    const result = this.#c.SSL_write(connection, address, length);
    return result > 0 ? result : this.#outcome(connection, result) || FAILED;
  }

  /** Announces the end of the stream: 1 once that is sent, AGAIN or FAILED. */
  end(connection: number): number {
    const result = this.#c.SSL_shutdown(connection);
    return result >= 0 ? 1 : this.#outcome(connection, result) || 1;
  }

  /**
   * The session of a connection that has done its work, for a later one; free it with `freeSession`.
   * Without the mark that it has ended as it should, freeing the connection would make the session useless.
   */
  sessionOf(connection: number): number {
    this.#c.SSL_set_shutdown(connection, SENT_AND_RECEIVED);
    return this.#c.SSL_get1_session(connection);
  }

  freeSession(session: number): void {
    if (session !== 0) this.#c.SSL_SESSION_free(session);
  }

  isResumed(connection: number): boolean {
    return this.#c.SSL_session_reused(connection) === 1;
  }

  /** Why the last call that returned FAILED did, in OpenSSL's words. */
  get reason(): string {
    return this.#reason;
  }

  #outcome(connection: number, result: number): number {
    const error = this.#c.SSL_get_error(connection, result);
    if (error === SSL_ERROR_WANT_READ || error === SSL_ERROR_WANT_WRITE) return AGAIN;
    if (error === SSL_ERROR_ZERO_RETURN) return 0;
    this.#reason = this.#c.ERR_reason_error_string(this.#c.ERR_get_error()) ?? 'connection reset';
    this.#c.ERR_clear_error();
    return FAILED;
  }
}
