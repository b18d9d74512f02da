import type { GuideTopic } from './user-guide.ts';

/**
 * Words that mean one thing in the three languages, by their beginnings, as patterns for folded text (lower case, without
 * accents and punctuation).
 */
const meanings = {
  password: 'passwords?|passwort|mots? de passe|contrasenas?|claves?',
  conversation: 'chats?|conversations?|threads?|discussions?|conversacion(?:es)?|charlas?|hilos?',
  answer: 'answers?|answering|repl(?:y|ies)|responses?|reponses?|respuestas?',
  account: 'accounts?|profile|comptes?|cuentas?',
  file: 'files?|pdfs?|images?|pictures?|photos?|documents?|attachments?|fichiers?|pieces? jointes?|archivos?|imagen(?:es)?|fotos?|documentos?',
  change:
    'chang\\w*|updat\\w*|modif\\w*|edit\\w*|alter\\w*|switch\\w*|different|new|nouveau|nouvelle|nuev[oa]s?|autre|otr[oa]|passer|mettre|cambi\\w*|actualiz\\w*|poner|pongo|pasar|set',
  remove:
    'delet\\w*|remov\\w*|eras\\w*|clear|get rid|wipe|debarrass\\w*|detruire|deshac\\w*|deshag\\w*|me deshago|dar de baja|darme de baja|clos\\w*|supprim\\w*|effac\\w*|vid(?:er|ez)|ferm\\w*|borr\\w*|elimin\\w*|vaci\\w*|cerrar|cierro|quitar',
  name: 'names?|renam\\w*|titles?|noms?|renomm\\w*|titres?|nombres?|renombr\\w*|titulos?',
  lost: '(?:not|t) know|revient pas|no se (?:la|mi|cual)|forgot\\w*|lost|los[et]|reset\\w*|recover\\w*|remember|oubli\\w*|perdu\\w*|reinitialis\\w*|souviens|rappelle|recuper\\w*|olvid\\w*|perd\\w*|restablec\\w*|recuerdo',
  device: 'devices?|everywhere|sessions?|appareils?|partout|dispositivos?|sesion(?:es)?|todas partes',
  person:
    'someone|somebody|people|person|friends?|colleagues?|coworkers?|team|user|users|members?|quelqu un|collegues?|ami|amie|amis|amies|equipe|utilisateurs?|personnes?|alguien|amig[oa]s?|companer[oa]s?|colegas?|equipo|usuari[oa]s?|personas?',
  new: 'new|another|begin|start\\w*|nouvelle|nouveau|autre|commenc\\w*|nuev[oa]|otr[oa]|emp\\w*|inici\\w*|abrir|ouvrir',
} as const;

const all = (...needed: (keyof typeof meanings | RegExp)[]) =>
  needed.map((each) => (typeof each === 'string' ? new RegExp(`\\b(?:${meanings[each]})\\b`) : each));

/** What a question must hold to be about a part of the guide. The first that fits wins: the particular stands before the general. */
const rules: [GuideTopic, RegExp[]][] = [
  [
    'passkey',
    all(/\b(?:passkeys?|cles? d acces|llaves? de acceso|(?:my|mon|ma|mi) (?:fingerprint|empreinte|huella))\b/),
  ],
  [
    'api-key',
    all(
      // The key of a provider's model is another thing.
      /^(?!.*\b(?:openai|anthropic|mistral|google|gemini|models?|modeles?|modelos?)\b).*\b(?:api (?:keys?|tokens?)|cles? (?:d )?api|claves? (?:de |del )?api)\b/,
      /\b(?:make|creat\w*|new|get|revok\w*|remov\w*|delet\w*|expir\w*|my own|scripts?|programs?|cre(?:er|e)|nouvelle|obten\w*|supprim\w*|retir\w*|programmes?|crear|creo|nueva|quit\w*|elimin\w*|programas?)\b/,
    ),
  ],
  [
    'provider',
    all(
      /\b(?:sign|log|login|connecter|connexion|connecte|entr(?:ar|o)|iniciar|acceder)\b/,
      /\b(?:google|microsoft|keycloak|entra|sso|single sign on|authentification unique|inicio unico)\b/,
    ),
  ],
  ['forgotten', all('password', 'lost')],
  [
    'two-factor',
    all(
      /\b(?:two factor|2fa|two step|second factor|authenticator|(?:recovery|backup) codes?|double authentification|deux (?:etapes|facteurs)|second facteur|codes? de (?:secours|recuperation)|dos (?:pasos|factores)|segundo factor|codigos? de (?:recuperacion|respaldo))\b/,
    ),
  ],
  ['password', all('password', 'change')],
  [
    'people',
    all(
      /\b(?:admin|admins|administrators?|administrateurs?|administrador(?:es|a)?)\b/,
      /\b(?:mak\w*|promot\w*|becom\w*|add|giv\w*|donn\w*|dar|doy|nomm\w*|deven\w*|ajout\w*|hag\w*|hac\w*|nombr\w*|convert\w*)\b/,
    ),
  ],
  ['people', all(/\b(?:disabl\w*|block|ban|desactiv\w*|bloqu\w*)\b/, 'person')],
  ['sessions', all('person', /\b(?:(?:logged|signed) (?:in|into|on)|connecte\w*|conectad\w*)\b/)],
  [
    'invite',
    all(
      /\b(?:invit(?:e|es|er|ez|o|ar|ation|ations?|acion(?:es)?))\b/,
      /\b(?:link|how|where|lien|comment|ou|enlace|como|donde)\b/,
    ),
  ],
  ['invite', all(/\binvit\w*\b/, 'person')],
  [
    'invite',
    all(
      'person',
      /\b(?:add|account|join|(?:on|in|over) here|ajout\w*|compte|rejoindre|venir|anad\w*|agreg\w*|cuenta|unirse|entrar)\b/,
    ),
  ],
  ['delete-account', all('account', 'remove')],
  [
    'own-data',
    all(
      /\b(?:data|donnees|datos)\b/,
      /\b(?:download|export|get|copy|telecharg\w*|export\w*|recuper\w*|descarg\w*|obten\w*|copi\w*)\b/,
    ),
  ],
  [
    'sessions',
    all(
      'device',
      /\b(?:sign\w*|log\w*|connect\w*|deconnect\w*|cierr\w*|cerrar|iniciad\w*|abiert\w*|conectad\w*|active)\b/,
    ),
  ],
  ['sessions', all(/\b(?:where|ou|donde)\b/, /\b(?:signed in|logged in|connecte|conectado)\b/)],
  [
    'export-conversation',
    all(
      /\b(?:export\w*|print\w*|save|download|imprim\w*|enregistr\w*|telecharg\w*|guardar|descargar)\b/,
      'conversation',
    ),
  ],
  ['rename-conversation', all('conversation', 'name')],
  [
    'delete-conversation',
    all(
      /\b(?:conversations?|chats?|threads?|discussions?|history|historique|conversacion(?:es)?|charlas?|historial)\b/,
      'remove',
    ),
  ],
  [
    'history',
    all(
      'conversation',
      /\b(?:search\w*|find|old|older|previous|past|earlier|history|recherch\w*|retrouv\w*|ancien\w*|precedent\w*|historique|busc\w*|encontr\w*|antigu\w*|anterior\w*|historial)\b/,
    ),
  ],
  ['new-conversation', all('conversation', 'new')],
  [
    'files',
    all(
      'file',
      /\b(?:upload\w*|attach\w*|send|add|big|large|size|share|envoy\w*|joindre|ajout\w*|televers\w*|taille|partag\w*|sub(?:ir|o)|adjunt\w*|enviar|envio|tamano|anad\w*|compart\w*)\b/,
    ),
  ],
  [
    'dictation',
    all(/\b(?:dictat\w*|microphone|mic|voice|speech|dict(?:er|ee|ez)|micro|voix|dict(?:o|ar|ado)|microfono|voz)\b/),
  ],
  ['writing', all(/\b(?:new lines?|line breaks?|a la ligne|saut de ligne|saltos? de linea|nueva linea|shift enter)\b/)],
  [
    'answers',
    all(
      'answer',
      /\b(?:stop|cancel|interrupt|again|rewrite|retry|copy|regenerate|arret\w*|interromp\w*|reecri\w*|refaire|recommenc\w*|copier|deten\w*|parar|otra vez|de nuevo|repet\w*|copiar)\b/,
    ),
  ],
  [
    'profile',
    all(
      /\b(?:language|langue|idioma|english|french|spanish|anglais|francais|espagnol|ingles|frances|espanol)\b/,
      'change',
    ),
  ],
  [
    'profile',
    all(
      /\b(?:dark|light|night|sombre|clair|nuit|oscuro|claro|noche)\b/,
      /\b(?:mode|theme|colou?rs?|couleurs?|modo|tema|colores)\b/,
    ),
  ],
  ['profile', all(/\b(?:colou?rs?|couleurs?|colores)\b/, 'change')],
  ['password', all('password', /\b(?:my|mon|mi)\b/)],
  ['profile', all(/\b(?:my|mon|mi)\b/, /\b(?:name|nom|nombre)\b/, 'change')],
];

// Work for a language model, or about another program, in which such words stand too.
const notTheGuide =
  /\b(?:write (?:a|an|me)|draft|compose|translat\w*|summari[sz]\w*|explain|paragraph|sentence|(?:this|the|a|following|ce|le|un|este|el) text[eo]?|function|variable|code(?! (?:from|du|del|de mon|de mi)\b)|(?:name|nom|nombre) (?:for|pour|para)|python|javascript|sql|git|github|linux|windows|excel|word|gmail|outlook|birthday|ecris|redige\w*|tradui\w*|resum\w*|expliqu\w*|bank\w*|bancaire|banco|bancari\w*|lettre|paragraphe|phrase|fonction|escrib[ea]|redact\w*|traduc\w*|explic\w*|parrafo|frase|funcion|correo para|cena\w*)\b/;
/** Whoever asks how something is done here does so in a sentence. */
const mostWords = 16;

/** Whether a message may be about this program at all. `text` is folded. */
export const mayAskTheGuide = (text: string): boolean => text.split(' ').length <= mostWords && !notTheGuide.test(text);

/** The part of the user guide that a message asks for in words the rules know. `text` is folded. */
export function guideTopicOf(text: string): GuideTopic | undefined {
  if (!mayAskTheGuide(text)) return undefined;
  return rules.find(([, needed]) => needed.every((pattern) => pattern.test(text)))?.[0];
}
