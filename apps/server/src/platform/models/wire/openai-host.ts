import type OpenAI from 'openai';

/** Whether a client asks OpenAI itself, also at an address for a region; else it is a server that speaks its API. */
export const isOpenAI = (client: OpenAI): boolean => /(?:^|\.)openai\.com$/.test(new URL(client.baseURL).hostname);
