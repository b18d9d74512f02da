export { createFiles, type Files, isDiskFull, type S3Settings } from './create-files.ts';
