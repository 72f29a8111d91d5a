import { echoImage } from '../../cluster/images/echo-image.ts';

/** The backend of the end-to-end tests, built when this file is first imported. */
export const ECHO_IMAGE = await echoImage();
