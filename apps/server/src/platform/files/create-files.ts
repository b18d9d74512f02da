import { statfs } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { DriverContract } from 'flydrive/types';
import { AppError } from '../../errors.ts';

/** Where bytes are kept, by keys such as `3f9c…/content`. Throws `bad_gateway` when a bucket does not do as it is asked. */
export type Files = {
  /** All or nothing, and safe on disk when it returns. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Rejects when there is nothing under the key. */
  read(key: string): Promise<Buffer>;
  /** Undefined when there is nothing under the key. */
  open(key: string): Promise<{ size: number; stream: Readable } | undefined>;
  /** What is not there is removed already. */
  remove(key: string): Promise<void>;
};

/** A bucket of S3 or of a server that speaks its protocol. */
export type S3Settings = {
  bucket: string;
  region: string;
  /** Of another server than Amazon's. */
  endpoint?: string | undefined;
  accessKeyId?: string | undefined;
  secretAccessKey?: string | undefined;
  /** The bucket in the path instead of the host name: what most servers other than Amazon's want. */
  pathStyle: boolean;
};

/** Files in a directory, or in a bucket. The libraries behind it are loaded by the first use. */
export function createFiles(place: { directory: string } | { s3: S3Settings }): Files {
  let disk: Promise<DriverContract> | undefined;
  const driver = () => {
    disk ??= 's3' in place ? bucketDriver(place.s3) : directoryDriver(place.directory);
    disk.catch(() => {
      disk = undefined;
    });
    return disk;
  };
  return {
    async put(key, bytes) {
      const to = await driver();
      await to.put(key, bytes, { contentType: 'application/octet-stream', contentLength: bytes.length }).catch(failed);
    },
    async read(key) {
      const from = await driver();
      return buffer(await from.getStream(key).catch(failed));
    },
    async open(key) {
      const from = await driver();
      // Asked first: a stream of a missing file fails only once the headers are sent.
      try {
        const { contentLength } = await from.getMetaData(key);
        return { size: contentLength, stream: await from.getStream(key) };
      } catch (error) {
        return isMissing(error) ? undefined : failed(error);
      }
    },
    async remove(key) {
      await (await driver()).delete(key);
    },
  };
}

/** What the file system and the SDK of S3 say of a file that is not there. */
const isMissing = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === 'ENOENT' ||
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404;

function failed(cause: unknown): never {
  // A disk that is full, or not ours to write, is a fault of this machine's.
  if ((cause as NodeJS.ErrnoException).syscall) throw cause;
  throw new AppError('bad_gateway', 'The place where files are kept does not answer.', { cause });
}

async function directoryDriver(directory: string): Promise<DriverContract> {
  const { DurableDirectory } = await import('./durable-directory.ts');
  return new DurableDirectory({ location: directory, visibility: 'private' });
}

async function bucketDriver(settings: S3Settings): Promise<DriverContract> {
  const { S3Driver } = await import('flydrive/drivers/s3');
  const { bucket, region, endpoint, accessKeyId, secretAccessKey, pathStyle } = settings;
  return new S3Driver({
    bucket,
    region,
    forcePathStyle: pathStyle,
    ...(endpoint ? { endpoint } : {}),
    // Without them the SDK looks where machines at Amazon find their role.
    ...(accessKeyId && secretAccessKey ? { credentials: { accessKeyId, secretAccessKey } } : {}),
    visibility: 'private',
    // Buckets have had their ACLs off since 2023, and answer a request that names one with an error.
    supportsACL: false,
    // The newer checksums are unknown to most servers other than Amazon's.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
  });
}

/** Less than this is left for nothing: a database alone writes its log in pieces of 16 MB. */
const leastBytes = 64 * 1024 * 1024;

/** Whether the disk of a directory takes next to nothing more. One that is not there has nothing to be kept. */
export async function isDiskFull(directory: string): Promise<boolean> {
  const found = await statfs(directory).catch(() => undefined);
  return found !== undefined && found.bavail * found.bsize < leastBytes;
}
