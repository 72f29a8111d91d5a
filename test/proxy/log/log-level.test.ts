import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLogLevel, parseRustLog } from '../../../proxy/log/log-level.ts';

test('LOG_LEVEL accepts the four levels in upper and lower case, and nothing else', () => {
  const table: Record<string, string | undefined> = {
    error: 'error',
    WARN: 'warn',
    ' info ': 'info',
    debug: 'debug',
    warning: undefined,
    'layer4=error': undefined,
    '': undefined,
  };
  for (const [text, level] of Object.entries(table)) assert.equal(parseLogLevel(text), level, text);
});

test('RUST_LOG accepts the values of the tuning guide, including those with a module', () => {
  const table: Record<string, string | undefined> = {
    error: 'error',
    info: 'info',
    'layer4=error': 'error',
    'layer4::relay=warn': 'warn',
    'layer4=error,hyper=debug': 'debug',
    'warn,layer4=debug': 'warn',
    trace: 'debug',
    off: 'error',
    INFO: 'info',
    'layer4=loud': undefined,
    layer4: undefined,
    ',': undefined,
  };
  for (const [text, level] of Object.entries(table)) assert.equal(parseRustLog(text), level, text);
});
