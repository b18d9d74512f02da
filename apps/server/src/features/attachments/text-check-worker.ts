import { parentPort, workerData } from 'node:worker_threads';
import { findTextFault } from './text-check.ts';

// The thread in which content-check.ts has large texts looked at.

const { bytes, mime } = workerData as { bytes: Uint8Array; mime: string };
parentPort!.postMessage(findTextFault(bytes, mime));
