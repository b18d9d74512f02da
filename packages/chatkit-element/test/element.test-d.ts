// Checked by the compiler only: the element is what `@openai/chatkit` says it is, and takes every option that it names.
import type { ChatKitEvents, ChatKitOptions, OpenAIChatKit } from '@openai/chatkit';
import type { ChatKitElement } from '../src/element.ts';
import type { ElementOptions } from '../src/options/options.ts';
import type { ChatKitElement as PublishedElement } from '../src/package-types.ts';
import type { Emit } from '../src/state/session-state.ts';

type Own = Exclude<keyof OpenAIChatKit, keyof HTMLElement>;

/** Every method of the official element, with parameters and results that fit wherever the official ones do. */
export const methods = (element: ChatKitElement): Pick<OpenAIChatKit, Own> => element;

/** `options` is an accessor of ours on top of the official element; nothing else may stand in its way. */
export const element = (element: ChatKitElement): OpenAIChatKit => element;

export const options = (options: ChatKitOptions): ElementOptions => options;

export const everyEventCanBeTold = (emit: Emit, name: keyof ChatKitEvents): void => emit(name);

/** What the published package says of the element is so. */
export const published = (element: ChatKitElement): Omit<PublishedElement, keyof HTMLElement> => element;
