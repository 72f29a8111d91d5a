import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLogLevel, parseRustLog } from '../../../proxy/telemetry/log-level.ts';

test('LOG_LEVEL takes the four levels in any case, and nothing else', () => {
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

test('RUST_LOG takes what the tuning guide writes, per module too', () => {
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
