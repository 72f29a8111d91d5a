import { goImage } from './go-image.ts';

const REFERENCE = 'localhost/l4b-echo:test';

export interface EchoImage {
  readonly reference: string;
  /** Path of its archive, for `Cluster.loadImage`. */
  readonly tar: string;
}

/**
 * The backend of end-to-end tests and of the sample (see echo/main.go): built once, then kept in the cache.
 */
export const echoImage = async (signal?: AbortSignal): Promise<EchoImage> => ({
  reference: REFERENCE,
  tar: await goImage('echo', REFERENCE, signal),
});
