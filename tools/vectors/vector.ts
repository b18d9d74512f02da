/** What the store of a recording holds, before or after. */
export type StoreContent = {
  threads?: Record<string, unknown>[];
  items?: Record<string, Record<string, unknown>[]>;
  attachments?: Record<string, unknown>[];
};

/** One step of the script of the developer's own code. */
export type ScriptStep =
  | { yield: { type: string; item_id?: string; item?: Record<string, unknown> } }
  | { set: Record<string, unknown> }
  | { widget: Record<string, unknown>[]; stream?: boolean; copy_text?: string }
  | { raise: { kind: string; code?: string; message?: string; allow_retry?: boolean } }
  | { hang: true };

/** What the reference did. */
export type Expectation = {
  events?: RecordedEvent[];
  json?: unknown;
  raises?: string;
  calls?: Record<string, unknown>[];
};

export type RecordedEvent = {
  type: string;
  item_id?: string;
  item?: { id: string; type: string; [key: string]: unknown };
  update?: { type: string; [key: string]: unknown };
  thread?: { id: string };
};

/** One request and what becomes of it. */
export type ServerStep = {
  request: { type?: string; params?: Record<string, unknown> };
  respond?: ScriptStep[] | null;
  action?: ScriptStep[] | null;
  sync_action?: Record<string, unknown> | null;
  allow_cancel?: boolean;
  cancel?: boolean;
  expect: Expectation;
};

/** A recording of the server alone. */
export type ServerVector = {
  name: string;
  store?: StoreContent;
  steps: ServerStep[];
  store_after?: StoreContent;
};
