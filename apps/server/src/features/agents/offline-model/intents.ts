import type { Language } from '../../../platform/i18n/index.ts';
import { guideTopicOf, mayAskTheGuide } from './guide-questions.ts';
import { detectLanguage, fold } from './language.ts';
import { nearestPart } from './nearest-part.ts';
import type { GuideTopic } from './user-guide.ts';

/** Subjects of the built-in guide. */
export type Topic = 'about' | 'model' | 'abilities' | 'privacy' | 'weather' | 'greeting' | 'thanks' | 'bye';

/** What a message wants, as far as rules can tell. */
export type Intent =
  | { kind: 'weather'; city: string; country?: string; later: boolean }
  | { kind: 'which_city' }
  | { kind: 'topic'; topic: Topic | GuideTopic }
  | { kind: 'unknown' };

/** The last message of a conversation, understood. */
export type Understood = {
  intent: Intent;
  language: Language;
};

/**
 * Understands the last of a person's messages in the light of those before it: "and in Rome?" asks for the weather only
 * after a question for the weather, and "Rome" alone only after one that named no city. `fallback` is the language when
 * none of the messages gives a sign.
 */
export function understand(messages: string[], fallback: Language): Understood {
  let language = fallback;
  let intent: Intent = { kind: 'unknown' };
  for (const message of messages.slice(-8)) {
    language = detectLanguage(message) ?? language;
    intent = intentOf(message, intent);
    const nearest = intent.kind === 'unknown' ? nearestTo(message, language) : undefined;
    if (nearest) {
      intent = { kind: 'topic', topic: nearest.topic };
      language = nearest.language;
    }
  }
  return { intent, language };
}

/** What no rule knows is looked up in the user guide by its words. */
function nearestTo(message: string, language: Language) {
  return message.length <= longestQuestion && mayAskTheGuide(fold(message))
    ? nearestPart(message, language)
    : undefined;
}

/** Nobody asks for the weather in a page of text; that is something to be read by a real model. */
const longestQuestion = 300;

function intentOf(message: string, before: Intent): Intent {
  if (message.length > longestQuestion) return { kind: 'unknown' };
  const text = message.replace(/[’`]/g, "'").replace(/\s+/g, ' ').trim();
  const weather = weatherOf(text, before);
  if (weather) return weather;
  const topic = guideTopicOf(fold(text)) ?? topicOf(text);
  return topic ? { kind: 'topic', topic } : { kind: 'unknown' };
}

// --- weather ---------------------------------------------------------------------------------------------------------

// Each pattern is matched against the text with its accents, so that "à" is told from "a". The place is what follows.
const subjects = [
  // English
  /\b(?:weather|forecast|temperature)\b/i,
  /\bhow (?:hot|cold|warm|windy|rainy) (?:is|will) it\b/i,
  /\b(?:is|will) it (?:be )?(?:going to )?(?:rain(?:ing|y)?|snow(?:ing|y)?|sunny|windy|cold|hot|warm|cloudy|foggy|freezing)\b/i,
  /\bdoes it (?:rain|snow)\b/i,
  // French
  /\bm[ée]t[ée]o\b/i,
  /\bquel temps\b/i,
  /\btemps (?:qu'il )?(?:fait|fera)\b/i,
  /\btemp[ée]ratures?\b/i,
  /\b(?:pleut|neige|pleuvra)-(?:t-)?il\b/i,
  /\b(?:est-ce qu'il|il) (?:pleut|neige|va pleuvoir|va neiger)\b/i,
  /\b(?:fait-il|il fait|fera-t-il) (?:chaud|froid|beau|mauvais|frais|combien|quel temps)\b/i,
  // Spanish
  /\bqu[ée] (?:tiempo|clima|temperatura) (?:hace|hay|har[áa]|tiene)(?!\p{L})/iu,
  /\b(?:el|del) (?:tiempo|clima)\b/i,
  /^(?:tiempo|clima|temperatura)\b/i,
  /\bc[óo]mo est[áa] el (?:tiempo|clima)\b/i,
  /\b(?:temperatura|pron[óo]stico)\b/i,
  /\b(?:llueve|nieva|lloviendo|nevando|llover[áa]|va a llover)(?![\p{L}])/iu,
  /\bhace (?:fr[íi]o|calor|sol|viento|buen tiempo|mal tiempo)(?![\p{L}])/iu,
];

// Where the words of the weather mean something else.
const traps = [
  /\bunder the weather\b/i,
  /\bweather (?:the|this|that|any) (?:storm|crisis)\b/i,
  /\bweather (?:app|widget|api|station|code|balloon|vane)\b/i,
  /\b(?:body|colou?r|sampling|oven|cpu|boiling|melting) temperature\b/i,
  /\btemperature (?:parameter|setting|of (?:the )?(?:model|sun|oven|water|boiling))\b/i,
  /\btemp[ée]rature (?:du corps|d'[ée]bullition|du mod[èe]le|du four|de fusion)\b/i,
  /\btemperatura (?:corporal|del (?:modelo|horno|cuerpo)|de (?:ebullici[óo]n|fusi[óo]n))\b/i,
  /\bsales forecast\b/i,
  /\b(?:cu[áa]nto|mucho|poco|m[áa]s|tanto) (?:el )?tiempo\b/i,
  /\b(?:con|durante|todo|perder|pasar|pasa) el tiempo\b/i,
  /\bel tiempo (?:vuela|pasa|libre|es)\b/i,
  /\bclima (?:laboral|pol[íi]tico|social|de trabajo)\b/i,
  /\b(?:how|why|what) (?:does|do|is|are) (?:the )?(?:weather|forecasts?) (?:work|made|predicted|called)\b/i,
  /\b(?:poem|story|song|essay|po[èe]me|histoire|poema|historia|chanson|canci[óo]n)\b/i,
];

const marker =
  /(?:^|[\s'])(?:in|at|for|of|near|around|over in|à|au|aux|en|de|del|d'|pour|sur|dans|chez|para|a|près de|cerca de)(?:\s+|(?<='))/giu;

const later =
  /\b(?:tomorrow|tonight|next (?:week|days)|this (?:week|weekend)|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|demain|ce (?:soir|week-end)|cette semaine|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|esta (?:noche|semana)|este fin de semana|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo)\b|(?<!\p{L})(?:mañana|après-demain)(?!\p{L})/giu;

// What may surround a place without belonging to it.
const filler =
  /(?<!\p{L})(?:right now|just now|now|today|currently|at the moment|at present|this morning|this afternoon|outside|please|thanks|thank you|like|there|aujourd'hui|maintenant|actuellement|en ce moment|à présent|dehors|s'il (?:te|vous) pla[iî]t|svp|stp|merci|hoy|ahora mismo|ahora|actualmente|en este momento|por favor|gracias|afuera)(?!\p{L})/giu;

function weatherOf(text: string, before: Intent): Intent | undefined {
  const about = before.kind === 'weather' || before.kind === 'which_city';
  if (about) {
    const followed = /^[¿¡\s]*(?:ok|okay|and|what about|how about|et|et pour|y|e|qu[ée] tal)[\s,]+(.+)$/iu.exec(text);
    const place = placeIn(followed?.[1] ?? (before.kind === 'which_city' ? text : ''), true);
    if (place) return { kind: 'weather', ...place, later: isLater(text) };
  }
  if (traps.some((trap) => trap.test(text))) return undefined;
  const subject = subjects.find((pattern) => pattern.test(text));
  if (!subject) return undefined;
  const match = subject.exec(text)!;
  const behind = text.slice(match.index + match[0].length);
  const ahead = text.slice(0, match.index);
  // "weather in Paris", "in Paris, is it raining", "météo Lyon", "London weather".
  const place = placeIn(behind, false) ?? placeIn(ahead, false) ?? nameIn(behind) ?? nameIn(ahead);
  return place ? { kind: 'weather', ...place, later: isLater(text) } : { kind: 'which_city' };
}

const isLater = (text: string) => text.search(later) >= 0;

/** The place behind "in", "à", "en"…; with `bare`, also a place that is all there is. */
function placeIn(text: string, bare: boolean): { city: string; country?: string } | undefined {
  const cleaned = clean(text);
  for (const match of cleaned.matchAll(marker)) {
    const place = split(cleaned.slice(match.index + match[0].length));
    if (place) return place;
  }
  return bare ? split(cleaned) : undefined;
}

/** A place without a preposition: only words that are written as names are. */
function nameIn(text: string): { city: string; country?: string } | undefined {
  const words = clean(text)
    .replace(/^(?:what's|whats|what is|show me|give me|the|la|le|el|quelle est|donne-moi|dime|check)\s+/giu, '')
    .replace(/^(?:the|la|le|el)\s+/giu, '')
    .replace(/'s$/u, '');
  return /^\p{Lu}/u.test(words) ? split(words) : undefined;
}

function clean(text: string): string {
  return text
    .replace(later, ' ')
    .replace(filler, ' ')
    .replace(/[¿?¡!.;:"«»“”]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s,]+|[\s,]+$/g, '');
}

const notPlaces = new Set(
  'it there here the a an my me this that ici la ma mon moi le les un une aqui alli mi el lo general work travail day jour dia days week rain snow you us our home house garden advance'.split(
    ' ',
  ),
);

function split(text: string): { city: string; country?: string } | undefined {
  let rest = text.trim().replace(/^(?:the city of|la ville de|la ciudad de)\s+/iu, '');
  let country: string | undefined;
  const parts =
    /^([^,(]+?)\s*(?:,\s*|\(\s*)([^,()]+)\)?$/u.exec(rest) ??
    /^(.+?)\s+(?:in|en|au|aux)\s+(?:the\s+|los\s+|las\s+)?(.+)$/iu.exec(rest);
  if (parts) {
    rest = parts[1]!.trim();
    country = parts[2]!.trim();
  }
  const words = rest.split(' ');
  if (words.length > 5 || rest.length < 2 || rest.length > 60 || !/^\p{L}[\p{L}\p{M}\s'.-]*$/u.test(rest)) {
    return undefined;
  }
  if (notPlaces.has(fold(words[0]!))) return undefined;
  return country && country.length <= 60 ? { city: rest, country } : { city: rest };
}

// --- the guide -------------------------------------------------------------------------------------------------------

// Matched against the folded text. The first that fits wins, so the particular comes before the general.
const topics: [Topic, RegExp][] = [
  [
    'model',
    /\b(?:api key|openai|anthropic|ollama|mistral|gemini|gpt|claude|llm|language model|modele de langage|modelo de lenguaje|cle api|clave api|chatkit agent model|offline)\b|\b(?:set|setup|set up|configure|change|choose|connect|add|use|configure\w*|changer|choisir|ajouter|connecte\w*|brancher|configur[ao]\w*|cambi(?:ar|o)|elegir|elijo|conect(?:ar|o)|anad(?:ir|o))\b.*\b(?:model|models|modele|modeles|modelo|modelos)\b|\b(?:local|own|other|autre|propre|propio|otro)s? (?:models?|modeles?|modelos?)\b|\b(?:models?|modeles?|modelos?) (?:locale?s?|local(?:es)?|can i|puis je|puedo)\b|\b(?:which|what|quels?|que|cual(?:es)?) (?:models?|modeles?|modelos?)\b/,
  ],
  [
    'privacy',
    /\b(?:privacy|private|my data|know about me|(?:sais|savez) (?:tu |vous )?(?:de|sur) moi|sabes? (?:usted )?(?:de|sobre) mi|stored?|kept|telemetry|confidentialite|mes donnees|stocke\w*|conserve\w*|enregistre\w*|privacidad|mis datos|guarda\w*|almacena\w*)\b/,
  ],
  [
    'abilities',
    /\b(?:what can (?:you|i|we|causerie|this)|what do you do|what else|help(?! me (?!please|out))|how does (?:this|it|causerie) work|features?|que (?:peux|sais|pouvez|savez)|qu est ce que tu (?:peux|sais)|aide(?! moi a\b)|aidez(?! moi a\b)|fonctionnalites?|comment (?:ca|cela) marche|que (?:puedes|sabes|puedo|se puede)|ayuda(?!me)|ayudame(?! a\b)|funciones|como funciona)\b/,
  ],
  [
    'about',
    /\b(?:causerie|who are you|what are you|your name|who made you|are you (?:a )?(?:bot|human|robot|real|an ai)|qui es tu|qui etes vous|ton nom|t appelles|es tu (?:un|une) (?:robot|humain|ia)|quien eres|que eres|como te llamas|tu nombre|eres (?:un|una) (?:robot|bot|humano|ia))\b/,
  ],
  ['thanks', /^(?:ok |okay )?(?:thanks|thank you|thx|cheers|merci|gracias|muchas gracias|merci beaucoup)\b/],
  ['bye', /^(?:bye|goodbye|see you|good night|au revoir|a bientot|bonne nuit|adios|hasta luego|hasta pronto|chao)\b/],
  [
    'greeting',
    /^(?:hi|hello|hey|good (?:morning|afternoon|evening)|how are you|bonjour|bonsoir|salut|coucou|ca va|comment (?:ca va|vas tu|allez vous)|hola|buenos dias|buenas(?: tardes| noches)?|que tal|como estas)\b/,
  ],
];

function topicOf(text: string): Topic | undefined {
  const folded = fold(text);
  // A long message may contain such a word by chance; a greeting before a real question is not small talk.
  const words = folded.split(' ').length;
  return topics.find(([topic, pattern]) => {
    const chat = topic === 'greeting' || topic === 'thanks' || topic === 'bye';
    return words <= (chat ? 6 : 16) && pattern.test(folded);
  })?.[0];
}
