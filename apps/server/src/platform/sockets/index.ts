export { type Frame, FrameWriter, frameOf } from './frame-writer.ts';
export { takenOf } from './taken-of.ts';
