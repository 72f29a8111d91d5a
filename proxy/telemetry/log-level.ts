export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const isLevel = (text: string): text is LogLevel => (LOG_LEVELS as readonly string[]).includes(text);

/** A value of LOG_LEVEL, or undefined where it is none. Case does not matter. */
export const parseLogLevel = (text: string): LogLevel | undefined => {
  const level = text.trim().toLowerCase();
  return isLevel(level) ? level : undefined;
};

// RUST_LOG knows two levels more; this program logs nothing beyond debug and never hides errors.
const NEAREST: Readonly<Record<string, LogLevel>> = { trace: 'debug', off: 'error' };

/**
 * The level of a RUST_LOG value as the tuning guide writes it: `error`, `layer4=error`, `warn,layer4=debug`.
 * A level without a module wins; else the most verbose of the modules' levels. Undefined where no part is a
 * level.
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
