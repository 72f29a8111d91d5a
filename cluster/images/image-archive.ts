import { createHash } from 'node:crypto';

export interface ImageSpec {
  /** With its tag, for example `localhost/l4b-echo:test`. */
  readonly reference: string;
  /** Path of the program in the image. */
  readonly program: string;
  /** As images spell it: amd64, arm64. */
  readonly architecture: string;
}

interface Entry {
  readonly path: string;
  readonly content: Buffer;
  readonly mode: number;
}

const BLOCK = 512;

/**
 * An image with a single static program, in the format of `docker save`, which docker, kind and containerd
 * accept. Its user is 65532, so that it may run in a namespace that enforces the restricted Pod Security
 * level.
 */
export function imageArchive(spec: ImageSpec, program: Buffer): Buffer {
  const layer = tar([{ path: spec.program.replace(/^\//, ''), content: program, mode: 0o755 }]);
  const config = Buffer.from(
    JSON.stringify({
      architecture: spec.architecture,
      os: 'linux',
      config: { Entrypoint: [spec.program], User: '65532:65532', WorkingDir: '/' },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
      history: [{ created_by: 'l4balancer' }],
    }),
  );
  const configName = `${sha256(config)}.json`;
  const manifest = [{ Config: configName, RepoTags: [spec.reference], Layers: ['layer.tar'] }];
  return tar([
    { path: 'manifest.json', content: Buffer.from(JSON.stringify(manifest)), mode: 0o644 },
    { path: configName, content: config, mode: 0o644 },
    { path: 'layer.tar', content: layer, mode: 0o644 },
  ]);
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * A tar file (POSIX ustar) of regular files owned by root, dated 1970, so that the same content gives the
 * same bytes.
 */
export function tar(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ path, content, mode }) => {
    const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
    return [header(path, content.length, mode), content, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(path: string, size: number, mode: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, offset: number, width: number) =>
    block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, offset, 'ascii');
  if (Buffer.byteLength(path) > 100) throw new Error(`the path ${path} is too long for a tar header`);
  block.write(path, 0, 'utf8');
  octal(mode, 100, 8);
  octal(0, 108, 8); // owner
  octal(0, 116, 8); // group
  octal(size, 124, 12);
  octal(0, 136, 12); // time
  block.write('        ', 148, 'ascii'); // the checksum is computed with spaces in its own field
  block.write('0', 156, 'ascii'); // regular file
  block.write('ustar\x0000', 257, 'ascii');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  return block;
}
