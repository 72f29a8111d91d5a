import { LOG_LEVELS, type LogLevel } from '../../program/log.ts';

const isLevel = (text: string): text is LogLevel => (LOG_LEVELS as readonly string[]).includes(text);

/** Parses a value of LOG_LEVEL, ignoring case; undefined if it is not a level. */
export const parseLogLevel = (text: string): LogLevel | undefined => {
  const level = text.trim().toLowerCase();
  return isLevel(level) ? level : undefined;
};

// RUST_LOG has two more levels; this program logs nothing more verbose than debug and never hides errors.
const NEAREST: Readonly<Record<string, LogLevel>> = { trace: 'debug', off: 'error' };

/**
 * The level of a RUST_LOG value in the syntax of the tuning guide: `error`, `layer4=error`,
 * `warn,layer4=debug`. A level without a module takes precedence; otherwise the most verbose level of the
 * modules applies. Undefined if a part is not a level.
 */
export const parseRustLog = (text: string): LogLevel | undefined => {
  const modules: LogLevel[] = [];
  for (const directive of text.split(',')) {
    const trimmed = directive.trim().toLowerCase();
    if (trimmed === '') continue;
    const equals = trimmed.lastIndexOf('=');
    const word = trimmed.slice(equals + 1);
    const level = isLevel(word) ? word : NEAREST[word];
    if (level === undefined) return undefined;
    if (equals < 0) return level;
    modules.push(level);
  }
  return modules.sort((a, b) => LOG_LEVELS.indexOf(b) - LOG_LEVELS.indexOf(a))[0];
};
