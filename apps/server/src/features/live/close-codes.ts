/**
 * What a socket is closed with, beside the codes of `ws` itself (1002 and 1007 for what is no WebSocket, 1009 for a message
 * that is too large, 1011 for a fault of ours).
 */
export const closeCodes = {
  /** The server restarts; the reason says `retry_ms=…`. */
  restarting: 1012,
  /** A fault of ours. */
  fault: 1011,
  /** The client speaks another version of the protocol. */
  otherProtocol: 4000,
  /** The session has ended, or the token. */
  signedOut: 4001,
  /** No hello came in time. */
  noHello: 4003,
  /** What was to be told was not taken in time, or was too much. */
  slow: 4008,
  /** Too many frames, or too many that cannot be understood. */
  tooMany: 4029,
} as const;
