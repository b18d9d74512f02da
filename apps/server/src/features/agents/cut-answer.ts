import type { ThreadItem, WidgetItem } from '@causerie/chatkit';
import type { Language } from '../../platform/i18n/index.ts';
import { say } from './say.ts';

/** The action of the button below an answer that was cut. */
export const continueAction = 'causerie.continue';

/** The instruction to a model to continue its answer. */
export const continueWords =
  'Go on exactly where your last answer was cut off. Repeat nothing, and do not say that you go on.';

/** Marks the card as ours, for code that reads the thread again. */
const cardKey = 'causerie.cut';

/** The card below an answer that was cut, stored with it; for one that was too long, with a button to continue. */
export function cutCard(
  thread: { id: string },
  id: string,
  ending: 'length' | 'filter',
  language: Language,
): WidgetItem {
  const said = say(language, `cut.${ending}`);
  const text = { type: 'Text' as const, value: said, size: 'sm' as const, color: 'secondary' as const };
  const button = {
    type: 'Button' as const,
    label: say(language, 'cut.continue'),
    size: 'sm' as const,
    variant: 'outline' as const,
    onClickAction: { type: continueAction },
  };
  return {
    id,
    thread_id: thread.id,
    created_at: new Date().toISOString(),
    type: 'widget',
    widget: {
      type: 'Card',
      key: cardKey,
      size: 'sm',
      children: ending === 'length' ? [text, button] : [text],
    },
    copy_text: said,
  };
}

/** Whether an item is such a card: it is for people, and models do not read it. */
export const isCutCard = (item: ThreadItem): item is WidgetItem =>
  item.type === 'widget' && item.widget.key === cardKey;
