import koffi from 'koffi';
import { pinnedMemory } from './memory.ts';
import { POINTER } from './ssl-context.ts';
import { TICKET_KEY_BYTES, TICKET_NAME_BYTES, TLS1_3_VERSION } from './tls.ts';

/** int cb(SSL *, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *, EVP_MAC_CTX *, int encrypt) */
const ON_TICKET = koffi.proto('OnTicket', 'int', [POINTER, POINTER, POINTER, POINTER, POINTER, 'int']);

const IV_BYTES = 16;
const MAC_KEY_BYTES = 32;
const PARAM_BYTES = 40; // struct OSSL_PARAM { key, data_type, data, data_size, return_size }
const PARAM_UTF8 = 4;
const PARAM_OCTETS = 5;
const MOST_KEYS = 8;
const FAILED = -1;
const UNKNOWN = 0;
const OK = 1;
const RENEW = 2;

const symbols = () => {
  const lib = koffi.load(null);
  return {
    SSL_CTX_set_tlsext_ticket_key_evp_cb: lib.func('SSL_CTX_set_tlsext_ticket_key_evp_cb', 'int', [
      POINTER,
      koffi.pointer(ON_TICKET),
    ]),
    EVP_aes_256_cbc: lib.func('EVP_aes_256_cbc', POINTER, []),
    EVP_CipherInit_ex: lib.func('EVP_CipherInit_ex', 'int', [
      POINTER,
      POINTER,
      POINTER,
      POINTER,
      POINTER,
      'int',
    ]),
    EVP_MAC_CTX_set_params: lib.func('EVP_MAC_CTX_set_params', 'int', [POINTER, POINTER]),
    SSL_version: lib.func('SSL_version', 'int', [POINTER]),
    RAND_bytes: lib.func('RAND_bytes', 'int', [POINTER, 'int']),
    memcpy: lib.func('memcpy', POINTER, [POINTER, POINTER, 'size_t']),
  };
};

/**
 * The keys of session tickets, as OpenSSL asks for them: once when it makes a ticket, and once when it reads
 * one. Until keys are set it makes tickets that nobody can read.
 */
export class TicketKeys {
  #c = symbols();
  #callback: bigint | undefined;
  #cipher = 0;
  #count = 0;
  #keys = pinnedMemory(MOST_KEYS * TICKET_KEY_BYTES);
  #name = pinnedMemory(TICKET_NAME_BYTES);
  #texts = pinnedMemory(32);
  #params = pinnedMemory(3 * PARAM_BYTES);

  constructor() {
    Buffer.from(this.#texts.bytes.buffer).write('key\0digest\0SHA256\0');
    this.#param(0, 0, PARAM_OCTETS, 0, MAC_KEY_BYTES);
    this.#param(1, 4, PARAM_UTF8, this.#texts.address + 11, 6);
  }

  /** TICKET_KEY_BYTES for each key; the first one is for new tickets. */
  set(keys: Uint8Array): void {
    const count = Math.floor(keys.length / TICKET_KEY_BYTES);
    if (count > MOST_KEYS) throw new Error(`TICKET_KEYS: ${count} keys, of which ${MOST_KEYS} fit`);
    this.#count = count;
    this.#keys.bytes.fill(0);
    this.#keys.bytes.set(keys);
  }

  /** Lets a context ask for the keys; false if that failed. */
  follow(context: number): boolean {
    this.#callback ??= koffi.register(this.#onTicket, koffi.pointer(ON_TICKET));
    this.#cipher ||= this.#c.EVP_aes_256_cbc();
    return this.#c.SSL_CTX_set_tlsext_ticket_key_evp_cb(context, this.#callback) === 1;
  }

  #onTicket = (
    side: number,
    name: number,
    iv: number,
    cipher: number,
    mac: number,
    encrypt: number,
  ): number => {
    const c = this.#c;
    if (encrypt === 1) {
      if (this.#count === 0) return UNKNOWN;
      c.memcpy(name, this.#keys.address, TICKET_NAME_BYTES);
      if (c.RAND_bytes(iv, IV_BYTES) !== 1) return FAILED;
      return this.#use(0, iv, cipher, mac, 1) ? OK : FAILED;
    }
    c.memcpy(this.#name.address, name, TICKET_NAME_BYTES);
    for (let index = 0; index < this.#count; index++)
      if (this.#isNamed(index))
        return this.#use(index, iv, cipher, mac, 0) ? this.#afterUse(side, index) : FAILED;
    return UNKNOWN;
  };

  /**
   * Clients of TLS 1.3 use a ticket once, so that it cannot be seen that they are the same: each of their
   * connections needs a new one.
   */
  #afterUse(side: number, index: number): number {
    return index === 0 && this.#c.SSL_version(side) < TLS1_3_VERSION ? OK : RENEW;
  }

  #isNamed(index: number): boolean {
    const { bytes } = this.#keys;
    for (let i = 0; i < TICKET_NAME_BYTES; i++)
      if (bytes[index * TICKET_KEY_BYTES + i] !== this.#name.bytes[i]) return false;
    return true;
  }

  #use(index: number, iv: number, cipher: number, mac: number, encrypt: number): boolean {
    const macKey = this.#keys.address + index * TICKET_KEY_BYTES + TICKET_NAME_BYTES;
    this.#param(0, 0, PARAM_OCTETS, macKey, MAC_KEY_BYTES);
    return (
      this.#c.EVP_CipherInit_ex(cipher, this.#cipher, 0, macKey + MAC_KEY_BYTES, iv, encrypt) === 1 &&
      this.#c.EVP_MAC_CTX_set_params(mac, this.#params.address) === 1
    );
  }

  /** Writes the parameter at `index`, whose name begins at `text` of the texts. */
  #param(index: number, text: number, type: number, data: number, size: number): void {
    const { view } = this.#params;
    const at = index * PARAM_BYTES;
    view.setBigUint64(at, BigInt(this.#texts.address + text), true);
    view.setUint32(at + 8, type, true);
    view.setBigUint64(at + 16, BigInt(data), true);
    view.setBigUint64(at + 24, BigInt(size), true);
    view.setBigUint64(at + 32, 0xffffffffffffffffn, true);
  }
}
