import type { Dispatcher } from 'undici';

/**
 * Interceptor for undici's `compose`: calls `maySend` when the request is about to be written. By then it may
 * have waited for a free connection, for a new one, or for a paused process to resume. If the result is
 * false, the request fails with the error from `refused`.
 */
export const checkBeforeSend =
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
