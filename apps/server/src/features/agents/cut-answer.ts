import type { ThreadItem, WidgetItem } from '@causerie/chatkit';

/** The action of the button below an answer that was cut. */
export const continueAction = 'causerie.continue';

/** What a model is told when its answer is to go on. */
export const continueWords =
  'Go on exactly where your last answer was cut off. Repeat nothing, and do not say that you go on.';

/** Marks the card as ours, for those who read the thread again. */
const cardKey = 'causerie.cut';

const words = {
  length: {
    en: 'This answer was cut: the model reached its limit of length.',
    fr: 'Cette réponse a été coupée : le modèle a atteint sa limite de longueur.',
    es: 'Esta respuesta se cortó: el modelo llegó a su límite de longitud.',
  },
  filter: {
    en: 'This answer was stopped before its end by the model’s content filter.',
    fr: 'Cette réponse a été arrêtée avant la fin par le filtre de contenu du modèle.',
    es: 'El filtro de contenido del modelo detuvo esta respuesta antes del final.',
  },
};
const goOn = { en: 'Continue', fr: 'Continuer', es: 'Continuar' };

/** The word below an answer that ended before its time, kept with it; for one that was too long, with a way to go on. */
export function cutCard(
  thread: { id: string },
  id: string,
  ending: 'length' | 'filter',
  language: 'en' | 'fr' | 'es',
): WidgetItem {
  const said = words[ending][language];
  const text = { type: 'Text' as const, value: said, size: 'sm' as const, color: 'secondary' as const };
  const button = {
    type: 'Button' as const,
    label: goOn[language],
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

/** Whether an item is such a word: it is for people, and no part of what a model reads. */
export const isCutCard = (item: ThreadItem): item is WidgetItem =>
  item.type === 'widget' && item.widget.key === cardKey;
