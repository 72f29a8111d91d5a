/** What builds images on this machine. Implemented in docker.ts and buildah.ts. */
export interface ImageBuilder {
  readonly name: 'docker' | 'buildah';
  /** Changes when the image that builds start from changes; part of every image's digest. */
  readonly base: string;
  /** Builds `dockerfile` of the repository as `reference` and writes it to `tar` as a docker archive. */
  build(dockerfile: string, reference: string, tar: string, io: BuildIo): Promise<void>;
  /** Tag of an image with a real redis-server; undefined where there is nothing to make it of. */
  redisTag(): Promise<string | undefined>;
  /** Writes that image to `tar`. */
  redis(reference: string, tar: string, io: BuildIo): Promise<void>;
}

export interface BuildIo {
  readonly signal: AbortSignal;
  /** Told each line that the build prints. */
  readonly onLine: (line: string) => void;
}
