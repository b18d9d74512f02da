/**
 * Every refusal of the server. `status` is the HTTP status, `retryable` tells a client that the same request may succeed
 * later, `visible` that the message may be shown to the person (otherwise only the code leaves the server). `docs/errors.md`
 * lists them; a test compares page and list.
 */
export const errorCodes = {
  account_changed: {
    status: 409,
    retryable: false,
    visible: true,
    message: 'Somebody else is signed in by now. Nothing was done.',
  },
  attachment_invalid: { status: 400, retryable: false, visible: true, message: 'The attachment cannot be accepted.' },
  bad_gateway: { status: 502, retryable: true, visible: true, message: 'A service this needs gave no usable answer.' },
  bad_request: { status: 400, retryable: false, visible: true, message: 'The request cannot be understood.' },
  city_unknown: { status: 404, retryable: false, visible: true, message: 'No city of that name is known.' },
  code_wrong: {
    status: 403,
    retryable: false,
    visible: true,
    message: 'This code is not right, or it was used before.',
  },
  conflict: { status: 409, retryable: false, visible: true, message: 'The object is not in a state that allows this.' },
  credentials_wrong: { status: 401, retryable: false, visible: true, message: 'E-mail or password is wrong.' },
  csrf_refused: { status: 403, retryable: false, visible: true, message: 'The request came from another site.' },
  database_unavailable: {
    status: 503,
    retryable: true,
    visible: true,
    message: 'The database does not answer. Nothing was lost; try again shortly.',
  },
  disk_full: { status: 503, retryable: true, visible: true, message: 'The disk of the server is full.' },
  email_taken: { status: 409, retryable: false, visible: true, message: 'An account with this e-mail exists.' },
  events_gone: {
    status: 410,
    retryable: false,
    visible: true,
    message: 'What happened so long ago is not kept. Read the conversation anew.',
  },
  forbidden: { status: 403, retryable: false, visible: true, message: 'Your account may not do this.' },
  headers_too_large: { status: 431, retryable: false, visible: true, message: 'The headers are too large.' },
  idempotency_key_reused: {
    status: 422,
    retryable: false,
    visible: true,
    message: 'This Idempotency-Key was used for another request. Take a new one.',
  },
  internal: { status: 500, retryable: true, visible: false, message: 'Something went wrong on the server.' },
  invalid_input: { status: 422, retryable: false, visible: true, message: 'A value is missing or wrong.' },
  invitation_for_another: {
    status: 403,
    retryable: false,
    visible: true,
    message: 'This invitation is for another e-mail address.',
  },
  last_admin: {
    status: 409,
    retryable: false,
    visible: true,
    message: 'This is the last administrator. Make somebody else administrator first.',
  },
  link_used: {
    status: 410,
    retryable: false,
    visible: true,
    message: 'This link was used before, or it has expired. Ask for a new one.',
  },
  not_configured: { status: 503, retryable: false, visible: true, message: 'This server is not set up for that.' },
  not_found: { status: 404, retryable: false, visible: true, message: 'Not found.' },
  otp_required: {
    status: 401,
    retryable: false,
    visible: true,
    message: 'This account has a second factor. Sign in with `otp`: a code of the app, or a recovery code.',
  },
  password_change_required: {
    status: 403,
    retryable: false,
    visible: true,
    message: 'The password is a temporary one. Choose your own first.',
  },
  password_common: {
    status: 422,
    retryable: false,
    visible: true,
    message: 'This password is one of those that are guessed first. Choose another one.',
  },
  password_wrong: { status: 403, retryable: false, visible: true, message: 'The password is wrong.' },
  payload_too_large: { status: 413, retryable: false, visible: true, message: 'The request is too large.' },
  range_wrong: { status: 416, retryable: false, visible: true, message: 'The file has no such part.' },
  rate_limited: { status: 429, retryable: true, visible: true, message: 'Too many requests. Try again shortly.' },
  registration_closed: {
    status: 403,
    retryable: false,
    visible: true,
    message: 'This server does not take new accounts.',
  },
  request_timeout: { status: 408, retryable: true, visible: true, message: 'The request took too long to arrive.' },
  run_in_progress: {
    status: 409,
    retryable: true,
    visible: true,
    message: 'An answer is being written in this thread. Wait for it or stop it.',
  },
  stopping: { status: 503, retryable: true, visible: true, message: 'The server is restarting. Try again shortly.' },
  storage_full: {
    status: 413,
    retryable: false,
    visible: true,
    message: 'Your files take all the space you have here. Delete some threads with files first.',
  },
  token_reused: {
    status: 401,
    retryable: false,
    visible: true,
    message: 'This refresh token was used before. All its sessions are ended; sign in again.',
  },
  too_many_answers: {
    status: 429,
    retryable: true,
    visible: true,
    message: 'Too many answers are being written at once. Wait until one has ended, or stop one.',
  },
  too_many_feeds: {
    status: 429,
    retryable: true,
    visible: true,
    message: 'Too many conversations are open at once. Close some windows.',
  },
  unauthorized: { status: 401, retryable: false, visible: true, message: 'Sign in first.' },
  unsupported_media_type: {
    status: 415,
    retryable: false,
    visible: true,
    message: 'This content type is not accepted.',
  },
  upgrade_required: { status: 426, retryable: false, visible: true, message: 'Only a WebSocket is spoken here.' },
  wrong_host: { status: 421, retryable: false, visible: true, message: 'This server has another name.' },
} as const satisfies Record<string, { status: number; retryable: boolean; visible: boolean; message: string }>;

/** One of the closed list above. */
export type ErrorCode = keyof typeof errorCodes;
