import { goImage } from '../../cluster/images/go-image.ts';

const REFERENCE = 'localhost/l4b-echo:test';

/** The backend of the end-to-end tests (see main.go), built when this file is first imported and kept in the cache. */
export const ECHO_IMAGE: {
  readonly reference: string;
  /** Path of its archive, for `Cluster.loadImage`. */
  readonly tar: string;
} = { reference: REFERENCE, tar: await goImage('echo', REFERENCE) };
