import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Identity } from './certificates.ts';

const CONFIG = '[ca]\ndefault_ca = d\n[d]\ndatabase = index\ndefault_md = sha256\n';

/** An authority for certificates of clients, made by the program openssl, which revokes them as well. */
export class ClientAuthority implements Disposable {
  #folder = mkdtempSync(join(tmpdir(), 'l4b-authority-'));
  #revoked: string[] = [];
  #issued = 0;
  readonly name: string;
  /** PEM. */
  readonly certificate: string;

  /** One that signs itself, or that `issuer` has signed. */
  constructor(name: string, issuer?: ClientAuthority) {
    this.name = name;
    writeFileSync(join(this.#folder, 'config'), CONFIG);
    const usage = 'basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign';
    if (issuer === undefined)
      this.#run(
        ...['req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
        ...['-keyout', 'ca.key', '-out', 'ca.pem', '-days', '90', '-subj', `/CN=${name}`],
        ...usage.split('\n').flatMap((one) => ['-addext', one]),
      );
    else {
      const { certificate, key } = issuer.#sign(`/CN=${name}`, usage);
      writeFileSync(join(this.#folder, 'ca.pem'), certificate);
      writeFileSync(join(this.#folder, 'ca.key'), key);
    }
    this.certificate = readFileSync(join(this.#folder, 'ca.pem'), 'utf8');
  }

  /**
   * A certificate for a client; `altNames` such as `DNS:a.test,URI:spiffe://test/a`. It has expired unless
   * it has days left.
   */
  issue(commonName: string, altNames = `DNS:${commonName}`, usage = 'clientAuth', days = 90): Identity {
    const extensions = `extendedKeyUsage=${usage}\nsubjectAltName=${altNames}`;
    return this.#sign(`/O=Test/CN=${commonName}`, extensions, days);
  }

  /** The next lists have this certificate. */
  revoke({ certificate }: Pick<Identity, 'certificate'>): void {
    const { serialNumber } = new X509Certificate(certificate);
    this.#revoked.push(`R\t350101000000Z\t250101000000Z\t${serialNumber}\tunknown\t/CN=revoked\n`);
  }

  /** The list of what was revoked, in PEM, which has expired unless it has hours left. */
  list(hours = 24): string {
    writeFileSync(join(this.#folder, 'index'), this.#revoked.join(''));
    const at = (ms: number): string => `${new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '')}`;
    const now = Date.now();
    this.#run(
      ...['ca', '-gencrl', '-config', 'config', '-cert', 'ca.pem', '-keyfile', 'ca.key', '-out', 'crl.pem'],
      ...['-crl_lastupdate', at(now - 48 * 3_600_000), '-crl_nextupdate', at(now + hours * 3_600_000)],
    );
    return readFileSync(join(this.#folder, 'crl.pem'), 'utf8');
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #sign(subject: string, extensions: string, days = 90): Identity {
    this.#issued++;
    writeFileSync(join(this.#folder, 'extensions'), extensions);
    this.#run(
      ...['req', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
      ...['-keyout', 'own.key', '-out', 'own.csr', '-subj', subject],
    );
    this.#run(
      ...['x509', '-req', '-in', 'own.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-out', 'own.pem'],
      ...['-days', `${days}`, '-set_serial', `${Date.now()}${this.#issued}`, '-extfile', 'extensions'],
    );
    const read = (file: string): string => readFileSync(join(this.#folder, file), 'utf8');
    return { certificate: read('own.pem'), key: read('own.key') };
  }

  #run(...args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: 'pipe' });
  }
}
