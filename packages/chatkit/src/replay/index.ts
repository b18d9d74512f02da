// The client's side of the stream: pure functions without dependencies, small enough for a widget's first byte.
export { applyEvent, dropAfter, emptyReplay, type ReplayState } from './apply-event.ts';
export { applyUpdate } from './apply-update.ts';
