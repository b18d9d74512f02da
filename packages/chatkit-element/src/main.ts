import { ChatKitElement } from './element.ts';
import { shareRuntime } from './runtime-for-chunks.ts';

// The page may load the script twice, or have an element of this name already.
if (!customElements.get('openai-chatkit')) {
  shareRuntime();
  customElements.define('openai-chatkit', ChatKitElement);
}
