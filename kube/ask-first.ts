import type { Dispatcher } from 'undici';

/**
 * For undici's `compose`: asks `maySend` when the request is about to be written. By then it may have waited
 * for a free connection, for a new one, or for the whole process to go on. Fails it with what `refused` makes
 * when the answer is no.
 */
export const askFirst =
  (maySend: () => boolean, refused: () => Error): Dispatcher.DispatcherComposeInterceptor =>
  (dispatch) =>
  (options, handler) =>
    dispatch(options, {
      onRequestStart(controller, context) {
        if (!maySend()) throw refused();
        handler.onRequestStart?.(controller, context);
      },
      onResponseStart: (...answer) => handler.onResponseStart?.(...answer),
      onResponseData: (...answer) => handler.onResponseData?.(...answer),
      onResponseEnd: (...answer) => handler.onResponseEnd?.(...answer),
      onResponseError: (...answer) => handler.onResponseError?.(...answer),
    });
