import { parentPort, workerData } from 'node:worker_threads';
import { findTextFault } from './text-check.ts';

// The thread in which content-check.ts checks large texts.

const { bytes, mime } = workerData as { bytes: Uint8Array; mime: string };
parentPort!.postMessage(findTextFault(bytes, mime));
