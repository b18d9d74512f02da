export { runInWorker, type WorkLimits } from './run-in-worker.ts';
