// Types of the files of undici that kube/undici.ts and kube/port-forward.ts load; the package only has
// types for its index.
declare module 'undici/lib/api/index.js' {
  const value: object;
  export default value;
}
declare module 'undici/lib/core/connect.js' {
  import type { buildConnector } from 'undici';

  const value: typeof buildConnector;
  export default value;
}
declare module 'undici/lib/core/errors.js' {
  import type { errors } from 'undici';

  const value: typeof errors;
  export default value;
}
declare module 'undici/lib/dispatcher/dispatcher.js' {
  import type { Dispatcher } from 'undici';

  const value: typeof Dispatcher;
  export default value;
}
declare module 'undici/lib/dispatcher/pool.js' {
  import type { Pool } from 'undici';

  const value: typeof Pool;
  export default value;
}
declare module 'undici/lib/dispatcher/proxy-agent.js' {
  import type { ProxyAgent } from 'undici';

  const value: typeof ProxyAgent;
  export default value;
}
declare module 'undici/lib/web/websocket/websocket.js' {
  import type { WebSocket } from 'undici';

  const value: { readonly WebSocket: typeof WebSocket };
  export default value;
}
