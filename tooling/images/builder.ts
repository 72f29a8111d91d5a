/** Builds images on this machine. Implemented in docker.ts and buildah.ts. */
export interface ImageBuilder {
  readonly name: 'docker' | 'buildah';
  /** Identifies the base image of builds; part of every image's digest. */
  readonly base: string;
  /** Builds `dockerfile` of the repository as `reference` and writes it to `tar` as a docker archive. */
  build(dockerfile: string, reference: string, tar: string, io: BuildIo): Promise<void>;
  /** Tag of an image with a real redis-server; undefined if there is nothing to build it from. */
  redisTag(): Promise<string | undefined>;
  /** Writes that image to `tar`. */
  redis(reference: string, tar: string, io: BuildIo): Promise<void>;
}

export interface BuildIo {
  readonly signal: AbortSignal;
  /** Receives each line that the build prints. */
  readonly onLine: (line: string) => void;
}
