/**
 * Modules of Node that use more memory than the rest of the program, loaded on first use. `import` would also
 * evaluate each of their exports: one export of `node:http` is WebSocket, which loads an HTTP client of 15
 * MiB.
 */
export const lateHttp = () => process.getBuiltinModule('node:http');
export const lateHttp2 = () => process.getBuiltinModule('node:http2');
export const lateTls = () => process.getBuiltinModule('node:tls');
