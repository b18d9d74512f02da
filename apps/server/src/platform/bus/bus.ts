/**
 * What tells the other processes that something happened. Five methods.
 *
 * A message is a hint, delivered at most once and in the order one process published it: whoever must not miss a thing
 * reads the log in the database and uses the bus only to know when to look. Nothing is kept in it.
 */
export type Bus = {
  /** Fire and forget. Subscribers in this process hear it before `publish` returns. Never throws. */
  publish(channel: string, message: string): void;
  /** Resolves once messages from other processes arrive too, or at once while the outside part is down. */
  subscribe(channel: string, handler: BusHandler): Promise<() => void>;
  /** `down`: only this process hears what it publishes, on all channels or on some. */
  health(): 'up' | 'down';
  /** Seconds a message lately took from this process to the outside and back, at the slowest; null while that is not known. */
  lagSeconds(): number | null;
  close(): Promise<void>;
};

export type BusHandler = {
  message(message: string): void;
  /** Messages may have been missed: read the log again. Told again and again while the outside part is down. */
  gap?(): void;
};
