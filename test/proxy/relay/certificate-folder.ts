import { mkdtempSync, rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Identity } from '../../../cluster/access/certificates.ts';

/** A folder with certificates and their keys, each pair by a name. */
export class CertificateFolder implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'l4b-certificates-'));

  /** As a listener names them. */
  files(name: string): { readonly certificate: string; readonly key: string } {
    return { certificate: join(this.folder, `${name}.pem`), key: join(this.folder, `${name}.key`) };
  }

  /** Replaces both files, each at once, as a program that renews certificates does. */
  async write(name: string, { certificate, key }: Identity): Promise<void> {
    const files = this.files(name);
    for (const [path, text] of [
      [files.key, key],
      [files.certificate, certificate],
    ] as const) {
      await writeFile(`${path}.new`, text, { mode: 0o600 });
      await rename(`${path}.new`, path);
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
