import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Language, languages } from '../../../platform/i18n/index.ts';
import { understand } from './intents.ts';
import { say } from './say.ts';
import { type GuideTopic, userGuide } from './user-guide.ts';

/** What newcomers ask, forty-three times in each language, and which part of the guide answers it. */
const questions: Record<Language, [question: string, topic: string][]> = {
  en: [
    ['How do I invite someone?', 'invite'],
    ['how can i add a colleague to this server', 'invite'],
    ['Where do I find the invitation link?', 'invite'],
    ['Can my friend get an account too?', 'invite'],
    ['How do I change my password?', 'password'],
    ['I want a new password', 'password'],
    ['where can I update my password', 'password'],
    ['I forgot my password', 'forgotten'],
    ['How do I reset a lost password?', 'forgotten'],
    ["I can't remember my password, what now?", 'forgotten'],
    ['How do I delete a conversation?', 'delete-conversation'],
    ['remove this chat', 'delete-conversation'],
    ['How can I clear my history?', 'delete-conversation'],
    ['How do I rename a chat?', 'rename-conversation'],
    ['Can I change the title of a conversation?', 'rename-conversation'],
    ['How do I search my old conversations?', 'history'],
    ['Where are my previous chats?', 'history'],
    ['How do I start a new chat?', 'new-conversation'],
    ['How do I begin another conversation', 'new-conversation'],
    ['Can I upload a PDF?', 'files'],
    ['How do I attach a file?', 'files'],
    ['How big may an image be?', 'files'],
    ['How do I dictate?', 'dictation'],
    ['can i use my microphone', 'dictation'],
    ['How do I stop an answer?', 'answers'],
    ['Can you write the answer again?', 'answers'],
    ['How do I make a new line without sending?', 'writing'],
    ['How do I export a conversation?', 'export-conversation'],
    ['Can I print this chat?', 'export-conversation'],
    ['How do I turn on two-factor authentication?', 'two-factor'],
    ['I lost my phone and need the recovery codes', 'two-factor'],
    ['How do I add a passkey?', 'passkey'],
    ['Can I sign in with Google?', 'provider'],
    ['How do I create an API key for my script?', 'api-key'],
    ['Where am I signed in?', 'sessions'],
    ['How do I sign out on all my devices?', 'sessions'],
    ['How do I delete my account?', 'delete-account'],
    ['How can I download all my data?', 'own-data'],
    ['How do I change the language?', 'profile'],
    ['Is there a dark mode?', 'profile'],
    ['How do I change my name?', 'profile'],
    ['How do I make somebody an administrator?', 'people'],
    ['How do I connect a model?', 'model'],
  ],
  fr: [
    ['Comment inviter quelqu’un ?', 'invite'],
    ['comment ajouter un collègue sur ce serveur', 'invite'],
    ['Où trouver le lien d’invitation ?', 'invite'],
    ['Est-ce que mon amie peut avoir un compte aussi ?', 'invite'],
    ['Comment changer mon mot de passe ?', 'password'],
    ['Je voudrais un nouveau mot de passe', 'password'],
    ['où est-ce que je modifie mon mot de passe', 'password'],
    ['J’ai oublié mon mot de passe', 'forgotten'],
    ['Comment réinitialiser un mot de passe perdu ?', 'forgotten'],
    ['Je ne me souviens plus de mon mot de passe, que faire ?', 'forgotten'],
    ['Comment supprimer une conversation ?', 'delete-conversation'],
    ['effacer cette discussion', 'delete-conversation'],
    ['Comment vider mon historique ?', 'delete-conversation'],
    ['Comment renommer une discussion ?', 'rename-conversation'],
    ['Puis-je changer le titre d’une conversation ?', 'rename-conversation'],
    ['Comment rechercher dans mes anciennes conversations ?', 'history'],
    ['Où sont mes discussions précédentes ?', 'history'],
    ['Comment commencer une nouvelle discussion ?', 'new-conversation'],
    ['Comment ouvrir une autre conversation', 'new-conversation'],
    ['Puis-je envoyer un PDF ?', 'files'],
    ['Comment joindre un fichier ?', 'files'],
    ['Quelle taille peut avoir une image ?', 'files'],
    ['Comment dicter ?', 'dictation'],
    ['je peux utiliser mon micro', 'dictation'],
    ['Comment arrêter une réponse ?', 'answers'],
    ['Peux-tu réécrire la réponse ?', 'answers'],
    ['Comment aller à la ligne sans envoyer ?', 'writing'],
    ['Comment exporter une conversation ?', 'export-conversation'],
    ['Puis-je imprimer cette discussion ?', 'export-conversation'],
    ['Comment activer la double authentification ?', 'two-factor'],
    ['J’ai perdu mon téléphone, où sont les codes de secours ?', 'two-factor'],
    ['Comment ajouter une clé d’accès ?', 'passkey'],
    ['Puis-je me connecter avec Microsoft ?', 'provider'],
    ['Comment créer une clé d’API pour mon programme ?', 'api-key'],
    ['Sur quels appareils suis-je connecté ?', 'sessions'],
    ['Comment me déconnecter partout ?', 'sessions'],
    ['Comment supprimer mon compte ?', 'delete-account'],
    ['Comment télécharger toutes mes données ?', 'own-data'],
    ['Comment changer de langue ?', 'profile'],
    ['Y a-t-il un mode sombre ?', 'profile'],
    ['Comment modifier mon nom ?', 'profile'],
    ['Comment nommer quelqu’un administrateur ?', 'people'],
    ['Comment connecter un modèle ?', 'model'],
  ],
  es: [
    ['¿Cómo invito a alguien?', 'invite'],
    ['como añado a un compañero a este servidor', 'invite'],
    ['¿Dónde está el enlace de invitación?', 'invite'],
    ['¿Puede mi amigo tener una cuenta también?', 'invite'],
    ['¿Cómo cambio mi contraseña?', 'password'],
    ['Quiero una contraseña nueva', 'password'],
    ['donde puedo actualizar mi contraseña', 'password'],
    ['He olvidado mi contraseña', 'forgotten'],
    ['¿Cómo restablezco una contraseña perdida?', 'forgotten'],
    ['No recuerdo mi contraseña, ¿qué hago?', 'forgotten'],
    ['¿Cómo borro una conversación?', 'delete-conversation'],
    ['eliminar este chat', 'delete-conversation'],
    ['¿Cómo vacío mi historial?', 'delete-conversation'],
    ['¿Cómo cambio el nombre de un chat?', 'rename-conversation'],
    ['¿Puedo cambiar el título de una conversación?', 'rename-conversation'],
    ['¿Cómo busco en mis conversaciones antiguas?', 'history'],
    ['¿Dónde están mis chats anteriores?', 'history'],
    ['¿Cómo empiezo un chat nuevo?', 'new-conversation'],
    ['Cómo abrir otra conversación', 'new-conversation'],
    ['¿Puedo subir un PDF?', 'files'],
    ['¿Cómo adjunto un archivo?', 'files'],
    ['¿Qué tamaño puede tener una imagen?', 'files'],
    ['¿Cómo dicto?', 'dictation'],
    ['puedo usar el micrófono', 'dictation'],
    ['¿Cómo detengo una respuesta?', 'answers'],
    ['¿Puedes escribir la respuesta otra vez?', 'answers'],
    ['¿Cómo hago un salto de línea sin enviar?', 'writing'],
    ['¿Cómo exporto una conversación?', 'export-conversation'],
    ['¿Puedo imprimir este chat?', 'export-conversation'],
    ['¿Cómo activo la verificación en dos pasos?', 'two-factor'],
    ['Perdí el teléfono, ¿dónde están los códigos de recuperación?', 'two-factor'],
    ['¿Cómo añado una llave de acceso?', 'passkey'],
    ['¿Puedo entrar con Google?', 'provider'],
    ['¿Cómo creo una clave de API para mi programa?', 'api-key'],
    ['¿Dónde tengo la sesión iniciada?', 'sessions'],
    ['¿Cómo cierro sesión en todos mis dispositivos?', 'sessions'],
    ['¿Cómo elimino mi cuenta?', 'delete-account'],
    ['¿Cómo descargo todos mis datos?', 'own-data'],
    ['¿Cómo cambio el idioma?', 'profile'],
    ['¿Hay un modo oscuro?', 'profile'],
    ['¿Cómo cambio mi nombre?', 'profile'],
    ['¿Cómo hago administrador a alguien?', 'people'],
    ['¿Cómo conecto un modelo?', 'model'],
  ],
};

describe.each(Object.entries(questions))('in %s', (language, asked) => {
  it.each(asked)('%s', (question, topic) => {
    expect(understand([question], language as Language)).toEqual({ language, intent: { kind: 'topic', topic } });
    // The page may be in another language than its reader.
    const other = language === 'en' ? 'fr' : 'en';
    expect(understand([question], other).intent).toEqual({ kind: 'topic', topic });
  });
});

it('there are forty-three in each language', () => {
  expect(Object.values(questions).map((asked) => new Set(asked.map(([question]) => question)).size)).toEqual([
    43, 43, 43,
  ]);
});

it.each([
  'Write an invitation to my birthday party',
  'Delete the second paragraph',
  'Explain how passwords are hashed',
  'Translate this conversation into German',
  'How do I delete a branch in git?',
  'Écris une lettre pour annuler mon compte bancaire',
  'Comment supprimer une ligne dans Excel ?',
  'Escribe un correo para invitar a mi jefe a cenar',
  '¿Cómo elimino una columna en SQL?',
  'Explain how API keys are hashed',
  'Write a function that renames files',
  'Rename this variable',
  'What is the capital of France?',
])('leaves to a real model: %s', (message) => {
  expect(understand([message], 'en').intent).toEqual({ kind: 'unknown' });
});

it('every answer is in three languages, and says what the user guide says', async () => {
  const page = await readFile(path.resolve(import.meta.dirname, '../../../../../../docs/user-guide.md'), 'utf8');
  const words = page.replace(/\s+/g, ' ').replaceAll('*', '');
  for (const [topic, { source }] of Object.entries(userGuide)) {
    expect([topic, words.includes(source)]).toEqual([topic, true]);
    const texts = languages.map((language) => say(language, `userGuide.${topic as GuideTopic}`));
    expect([topic, texts.length, new Set(texts).size]).toEqual([topic, 3, 3]);
  }
});

it.each(['en', 'fr', 'es'] as const)('the way to a model names Ollama, in %s', (language) => {
  expect(say(language, 'guide.model')).toContain('ollama/');
});
