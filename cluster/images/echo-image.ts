import { goImage } from './go-image.ts';

const REFERENCE = 'localhost/l4b-echo:test';

export interface EchoImage {
  readonly reference: string;
  /** Path of its archive, for `Cluster.loadImage`. */
  readonly tar: string;
}

/** The server that tests and the sample of `make run` balance (see echo/main.go); built the first time, then kept in the cache. */
export const echoImage = async (signal?: AbortSignal): Promise<EchoImage> => ({
  reference: REFERENCE,
  tar: await goImage('echo', REFERENCE, signal),
});
