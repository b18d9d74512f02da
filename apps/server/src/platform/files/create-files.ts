import { statfs } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { DriverContract } from 'flydrive/types';
import { AppError } from '../../errors.ts';

/** Stores bytes under keys such as `3f9c…/content`. Throws `bad_gateway` when a bucket fails. */
export type Files = {
  /** Writes all bytes or nothing; they are safe on disk when it resolves. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Rejects when the key has no file. */
  read(key: string): Promise<Buffer>;
  /** Undefined when the key has no file. */
  open(key: string): Promise<{ size: number; stream: Readable } | undefined>;
  /** Succeeds also when the key has no file. */
  remove(key: string): Promise<void>;
};

/** A bucket of S3 or of a server with the same protocol. */
export type S3Settings = {
  bucket: string;
  region: string;
  /** The address of a server other than Amazon's. */
  endpoint?: string | undefined;
  accessKeyId?: string | undefined;
  secretAccessKey?: string | undefined;
  /** Puts the bucket into the path instead of the host name, as most servers other than Amazon's require. */
  pathStyle: boolean;
};

/** Files in a directory, or in a bucket. The first use loads the libraries. */
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
      // Checked first: a stream of a missing file fails only after the headers are sent.
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

/** The codes for a missing file, of the file system and of S3's SDK. */
const isMissing = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === 'ENOENT' ||
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404;

function failed(cause: unknown): never {
  // A full disk, or one we may not write to, is a fault of this machine.
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
    // Without them the SDK looks for the role that Amazon gives its machines.
    ...(accessKeyId && secretAccessKey ? { credentials: { accessKeyId, secretAccessKey } } : {}),
    visibility: 'private',
    // Buckets have had their ACLs off since 2023, and answer a request that names one with an error.
    supportsACL: false,
    // Most servers other than Amazon's do not know the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
  });
}

/** With less free space than this, the disk counts as full: a database alone writes its log in pieces of 16 MB. */
const leastBytes = 64 * 1024 * 1024;

/** Whether the disk of a directory is almost full. False for a directory that does not exist. */
export async function isDiskFull(directory: string): Promise<boolean> {
  const found = await statfs(directory).catch(() => undefined);
  return found !== undefined && found.bavail * found.bsize < leastBytes;
}
