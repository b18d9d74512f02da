/**
 * Tells the other processes that something happened. Five methods.
 *
 * A message is a hint, delivered at most once and in the order in which one process published it. A reader that must not
 * miss anything reads the log in the database, and uses the bus only to know when to look. The bus stores nothing.
 */
export type Bus = {
  /** Fire and forget. Subscribers in this process get the message before `publish` returns. Never throws. */
  publish(channel: string, message: string): void;
  /** Resolves once messages from other processes arrive too, or at once while the outside part is down. */
  subscribe(channel: string, handler: BusHandler): Promise<() => void>;
  /** `down`: no other process receives what this one publishes, on all channels or on some. */
  health(): 'up' | 'down';
  /** The longest recent time, in seconds, of a message from this process to the outside and back; null while unknown. */
  lagSeconds(): number | null;
  close(): Promise<void>;
};

export type BusHandler = {
  message(message: string): void;
  /** Messages may have been lost: read the log again. Called repeatedly while the outside part is down. */
  gap?(): void;
};
