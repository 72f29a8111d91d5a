/**
 * Modules of Node that cost more than the program they would be part of, loaded when they are used first.
 * `import` would also look at every export of theirs: of `node:http` one is a WebSocket, which loads an HTTP
 * client of 15 MiB.
 */
export const lateHttp = () => process.getBuiltinModule('node:http');
export const lateHttp2 = () => process.getBuiltinModule('node:http2');
export const lateTls = () => process.getBuiltinModule('node:tls');
