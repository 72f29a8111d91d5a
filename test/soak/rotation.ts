import { setTimeout as sleep } from 'node:timers/promises';
import { selfSigned } from '../proxy/certificates.ts';
import { CertificateFolder } from '../proxy/relay/certificate-folder.ts';

const EVERY_MS = 1_000;
/** Every n-th pair does not fit, and must replace nothing. */
const BAD_EVERY = 10;

/** Two certificates of a listener, which are replaced every second. */
export class Rotation implements Disposable {
  readonly #folder = new CertificateFolder();
  readonly #pairs = {
    ecdsa: [selfSigned(['soak.test']), selfSigned(['soak.test'])],
    rsa: [selfSigned(['soak.test'], 'RSA'), selfSigned(['soak.test'], 'RSA')],
  } as const;
  #rotations = 0;

  /** As a listener names them. */
  get files() {
    return [this.#folder.files('ecdsa'), this.#folder.files('rsa')];
  }

  get rotations(): number {
    return this.#rotations;
  }

  /** Writes good pairs. */
  async write(): Promise<void> {
    const turn = this.#rotations % 2 === 0 ? 0 : 1;
    for (const name of ['ecdsa', 'rsa'] as const) await this.#folder.write(name, this.#pairs[name][turn]);
  }

  /** Rotates until `isOver`, and leaves good ones. */
  async run(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await sleep(EVERY_MS);
      this.#rotations++;
      if (this.#rotations % BAD_EVERY === 0)
        await this.#folder.write('rsa', { ...this.#pairs.rsa[0], key: this.#pairs.rsa[1].key });
      else await this.write();
    }
    await this.write();
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}
