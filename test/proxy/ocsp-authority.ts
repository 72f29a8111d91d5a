import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Answer {
  /** Whether the certificate is revoked; otherwise it is good. */
  readonly isRevoked?: boolean;
  /** The response is about another certificate of the authority. */
  readonly isAboutAnother?: boolean;
  /** The program openssl names certificates by SHA-1 unless told otherwise. */
  readonly digest?: 'sha1' | 'sha256';
  /** Signs in the authority's place: one that it has authorized, or one that it has not. */
  readonly signer?: 'delegate' | 'stranger';
  /** Whether the response says until when it holds. */
  readonly isOpenEnded?: boolean;
}

/** An authority with a certificate for a.test, and OpenSSL's program as its responder. */
export class OcspAuthority implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'l4b-ocsp-'));

  constructor() {
    this.#openssl('req', ...NEW_KEY, '-x509', '-days', '30', '-subj', '/CN=An authority', ...this.#out('ca'));
    this.#issue('leaf', 2, 'subjectAltName=DNS:a.test');
    this.#issue('delegate', 4, 'extendedKeyUsage=OCSPSigning');
    this.#openssl(
      'req',
      ...NEW_KEY,
      '-x509',
      '-days',
      '30',
      '-subj',
      '/CN=An authority',
      ...this.#out('stranger'),
    );
  }

  get certificate(): string {
    return this.#read('ca.pem').toString();
  }

  /** The certificate for a.test, by itself. */
  get leaf(): string {
    return this.#read('leaf.pem').toString();
  }

  get key(): string {
    return this.#read('leaf.key').toString();
  }

  /** A response in DER that holds for a day. */
  answer({ isRevoked, isAboutAnother, digest = 'sha1', signer, isOpenEnded }: Answer = {}): Buffer {
    const state = isRevoked ? 'R\t491231235959Z\t200101000000Z' : 'V\t491231235959Z\t';
    writeFileSync(
      this.#path('index'),
      `${state}\t02\tunknown\t/CN=leaf\nV\t491231235959Z\t\t03\tunknown\t/CN=other\n`,
    );
    writeFileSync(this.#path('index.attr'), 'unique_subject = no\n');
    const by = signer ?? 'ca';
    this.#openssl(
      ...['ocsp', '-issuer', this.#path('ca.pem'), `-${digest}`, '-serial', isAboutAnother ? '3' : '2'],
      ...['-no_nonce', '-reqout', this.#path('request')],
    );
    this.#openssl(
      ...['ocsp', '-index', this.#path('index'), '-CA', this.#path('ca.pem')],
      ...['-rsigner', this.#path(`${by}.pem`), '-rkey', this.#path(`${by}.key`)],
      ...['-reqin', this.#path('request'), '-respout', this.#path('response')],
      ...(isOpenEnded ? [] : ['-ndays', '1']),
    );
    return this.#read('response');
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #issue(name: string, serial: number, extension: string): void {
    const request = this.#path(`${name}.csr`);
    this.#openssl(
      ...['req', ...NEW_KEY, '-subj', `/CN=${name}`, '-addext', extension, '-out', request],
      ...['-keyout', this.#path(`${name}.key`)],
    );
    this.#openssl(
      ...['x509', '-req', '-in', request, '-copy_extensions', 'copy', '-days', '30'],
      ...['-set_serial', `${serial}`, '-CA', this.#path('ca.pem'), '-CAkey', this.#path('ca.key')],
      ...['-out', this.#path(`${name}.pem`)],
    );
  }

  #out(name: string): readonly string[] {
    return ['-out', this.#path(`${name}.pem`), '-keyout', this.#path(`${name}.key`)];
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #read(name: string): Buffer {
    return readFileSync(this.#path(name));
  }

  #openssl(...args: readonly string[]): void {
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 60_000 });
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
