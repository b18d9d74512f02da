/**
 * The sentences widgets speak on their own, by language. The element's catalogue takes them in; `host.t` is asked first,
 * and the English here is what is left when it does not know a key.
 */
const en = {
  'widget.card.details': 'Details',
  'widget.card.confirm': 'Confirm',
  'widget.card.cancel': 'Cancel',
  'widget.list.more': 'Show {count} more',
  'widget.list.label': 'List',
  'widget.button.fallback': 'Button',
  'widget.busy': 'In progress',
  'widget.field.pattern': 'This does not have the form asked for',
  'widget.select.placeholder': 'Select',
  'widget.select.search': 'Search',
  'widget.select.empty': 'Nothing found',
  'widget.select.count': '{count} options',
  'widget.clear': 'Clear {label}',
  'widget.date.placeholder': 'Choose a date',
  'widget.date.dialog': 'Choose a date',
  'widget.date.previous': 'Previous month',
  'widget.date.next': 'Next month',
  'widget.date.today': 'Today',
  'widget.date.keys': 'Arrow keys change the day, Page Up and Page Down the month',
  'widget.chart.label': 'Chart: {series}',
  'widget.chart.keys': 'Left and right arrow keys read the values',
  'widget.chart.unavailable': 'The chart could not be loaded',
  'widget.table.label': 'Table',
} as const;

export type WidgetMessageKey = keyof typeof en;

const fr: Record<WidgetMessageKey, string> = {
  'widget.card.details': 'Détails',
  'widget.card.confirm': 'Confirmer',
  'widget.card.cancel': 'Annuler',
  'widget.list.more': 'En afficher {count} de plus',
  'widget.list.label': 'Liste',
  'widget.button.fallback': 'Bouton',
  'widget.busy': 'En cours',
  'widget.field.pattern': 'Ce texte n’a pas la forme demandée',
  'widget.select.placeholder': 'Choisir',
  'widget.select.search': 'Rechercher',
  'widget.select.empty': 'Aucun résultat',
  'widget.select.count': 'Options : {count}',
  'widget.clear': 'Effacer {label}',
  'widget.date.placeholder': 'Choisir une date',
  'widget.date.dialog': 'Choisir une date',
  'widget.date.previous': 'Mois précédent',
  'widget.date.next': 'Mois suivant',
  'widget.date.today': 'Aujourd’hui',
  'widget.date.keys': 'Les flèches changent le jour, Page précédente et Page suivante le mois',
  'widget.chart.label': 'Graphique : {series}',
  'widget.chart.keys': 'Les flèches gauche et droite lisent les valeurs',
  'widget.chart.unavailable': 'Le graphique n’a pas pu être chargé',
  'widget.table.label': 'Tableau',
};

const es: Record<WidgetMessageKey, string> = {
  'widget.card.details': 'Detalles',
  'widget.card.confirm': 'Confirmar',
  'widget.card.cancel': 'Cancelar',
  'widget.list.more': 'Mostrar {count} más',
  'widget.list.label': 'Lista',
  'widget.button.fallback': 'Botón',
  'widget.busy': 'En curso',
  'widget.field.pattern': 'Este texto no tiene la forma pedida',
  'widget.select.placeholder': 'Elegir',
  'widget.select.search': 'Buscar',
  'widget.select.empty': 'Sin resultados',
  'widget.select.count': 'Opciones: {count}',
  'widget.clear': 'Borrar {label}',
  'widget.date.placeholder': 'Elegir una fecha',
  'widget.date.dialog': 'Elegir una fecha',
  'widget.date.previous': 'Mes anterior',
  'widget.date.next': 'Mes siguiente',
  'widget.date.today': 'Hoy',
  'widget.date.keys': 'Las flechas cambian el día; Re Pág y Av Pág, el mes',
  'widget.chart.label': 'Gráfico: {series}',
  'widget.chart.keys': 'Las flechas izquierda y derecha leen los valores',
  'widget.chart.unavailable': 'No se pudo cargar el gráfico',
  'widget.table.label': 'Tabla',
};

export const widgetMessages: { en: Record<WidgetMessageKey, string>; fr: typeof fr; es: typeof es } = { en, fr, es };

/** Asks the host for a sentence, and falls back to English when its catalogue lacks the key. */
export function say(
  t: (key: string, params?: object) => string,
  key: WidgetMessageKey,
  params: Record<string, string | number> = {},
): string {
  const told = t(key, params);
  if (told && told !== key) return told;
  return en[key].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
}
