import type { Language } from '../../../platform/i18n/index.ts';

type Section = {
  /** Words of docs/user-guide.md that say the same, so that neither changes without the other. */
  source: string;
  /** What it is called, and the other words people have for it: what it is found by, beside its text. */
  heading: Record<Language, string>;
};

/** What newcomers ask first, out of the user guide. The answers are the catalogue's `userGuide.*`. */
export const userGuide = {
  invite: {
    source: 'ask its administrator for an invitation',
    heading: {
      en: 'Invite somebody, a friend, a colleague, the team: bring in a new person, invitation',
      fr: 'Inviter quelqu’un, un ami, un collègue, une équipe : faire venir une personne, donner un accès, invitation',
      es: 'Invitar a alguien, un amigo, un compañero, un equipo: traer a una persona, invitación',
    },
  },
  password: {
    source: 'a new one ends all your other sessions',
    heading: {
      en: 'Change or replace the password',
      fr: 'Changer ou remplacer le mot de passe',
      es: 'Cambiar o sustituir la contraseña',
    },
  },
  forgotten: {
    source: 'Ask an administrator for a reset link. It works once.',
    heading: {
      en: 'Forgotten or lost password, reset; cannot sign in, login does not work',
      fr: 'Mot de passe oublié ou perdu, réinitialisation ; impossible de se connecter, d’entrer',
      es: 'Contraseña olvidada o perdida, restablecimiento; no puedo entrar ni iniciar sesión',
    },
  },
  'delete-conversation': {
    source: 'Deleting takes its files along, for good.',
    heading: {
      en: 'Delete a conversation, a chat: remove, erase, throw away',
      fr: 'Supprimer une discussion, une conversation : effacer, enlever, jeter',
      es: 'Eliminar una conversación, un chat: borrar, quitar, tirar',
    },
  },
  'rename-conversation': {
    source: 'Each can be renamed and deleted.',
    heading: {
      en: 'Rename a conversation, a chat: title, name',
      fr: 'Renommer une discussion, une conversation : titre, nom',
      es: 'Cambiar el nombre de una conversación, un chat: título, renombrar',
    },
  },
  history: {
    source: 'History holds your conversations, the last one used first.',
    heading: {
      en: 'History of conversations: find, search, look for what was said, earlier, yesterday, last week, old chats',
      fr: 'Historique des conversations : retrouver, chercher, rechercher ce qui a été dit, hier, la semaine dernière, anciennes discussions',
      es: 'Historial de conversaciones: encontrar, buscar lo que se dijo, ayer, la semana pasada, chats antiguos',
    },
  },
  'new-conversation': {
    source: 'New chat, at the top right, begins another conversation',
    heading: {
      en: 'New conversation, new chat: start, begin, start over, fresh',
      fr: 'Nouvelle conversation, nouvelle discussion : commencer, recommencer, repartir',
      es: 'Conversación nueva, chat nuevo: empezar, comenzar, otra vez desde el principio',
    },
  },
  files: {
    source: 'images, PDF and text, as a rule up to 10 MB each and four a message',
    heading: {
      en: 'Files, images, documents, PDF: attach, upload, drop, send; size, limit, kinds',
      fr: 'Fichiers, images, documents, PDF : joindre, déposer, envoyer, téléverser ; taille, limite, types',
      es: 'Archivos, imágenes, documentos, PDF: adjuntar, subir, soltar, enviar; tamaño, límite, tipos',
    },
  },
  dictation: {
    source: 'Dictate writes down what you say, where the server has a model that can.',
    heading: {
      en: 'Dictation, voice, microphone: speak, talk instead of typing',
      fr: 'Dictée, saisie vocale, voix, micro : parler au lieu de taper',
      es: 'Dictado, voz, micrófono: hablar en vez de teclear',
    },
  },
  answers: {
    source: 'Stop ends an answer. What is written stays.',
    heading: {
      en: 'Answers, replies: stop, copy, rate, try again, another answer',
      fr: 'Réponses : arrêter, copier, noter, réessayer, une autre réponse',
      es: 'Respuestas: detener, parar, copiar, valorar, intentar de nuevo, otra respuesta',
    },
  },
  writing: {
    source: 'Shift+Enter begins a new line',
    heading: {
      en: 'Write and send a message: key, Enter, new line, line break',
      fr: 'Écrire et envoyer un message : touche, Entrée, retour à la ligne',
      es: 'Escribir y enviar un mensaje: tecla, Intro, línea nueva, salto',
    },
  },
  'export-conversation': {
    source: 'The menu saves the conversation as Markdown or prints it.',
    heading: {
      en: 'Save, export, download or print a conversation: Markdown, paper',
      fr: 'Enregistrer, exporter, télécharger ou imprimer une discussion : Markdown, papier',
      es: 'Guardar, exportar, descargar o imprimir una conversación: Markdown, papel',
    },
  },
  'two-factor': {
    source: 'a code from an app on your phone after the password',
    heading: {
      en: 'Two-factor sign-in, second factor: protect the account, code from the phone, authenticator app',
      fr: 'Connexion à deux facteurs, second facteur : protéger le compte, code du téléphone, application',
      es: 'Inicio en dos pasos, segundo factor: proteger la cuenta, código del teléfono, aplicación',
    },
  },
  passkey: {
    source: 'Add a passkey, and the next time sign in without a password.',
    heading: {
      en: 'Passkeys: fingerprint, face, security key',
      fr: 'Clés d’accès : empreinte, visage, clé de sécurité',
      es: 'Llaves de acceso: huella, cara, llave de seguridad',
    },
  },
  provider: {
    source: 'Continue with … signs in with an account that you have elsewhere',
    heading: {
      en: 'Provider: Google, Microsoft, Keycloak, single sign-on, SSO, an account elsewhere',
      fr: 'Fournisseur : Google, Microsoft, Keycloak, authentification unique, SSO, relier, délier',
      es: 'Proveedor: Google, Microsoft, Keycloak, inicio único, SSO, cuenta en otro sitio',
    },
  },
  'api-key': {
    source: 'for your own programs. A key is shown once',
    heading: {
      en: 'API key for a program, a script: token, bearer, scopes',
      fr: 'Clé d’API pour un programme, un script : jeton, autorisations',
      es: 'Clave de API para un programa, un script: token, permisos',
    },
  },
  sessions: {
    source: 'end what you do not recognise, then change your password',
    heading: {
      en: 'Where you are signed in, sessions, devices: somebody else logged in, computer, sign out',
      fr: 'Où vous êtes connecté, sessions, appareils : quelqu’un d’autre connecté, ordinateur, se déconnecter',
      es: 'Dónde tiene la sesión abierta, sesiones, dispositivos: otra persona conectada, ordenador, cerrar sesión',
    },
  },
  'delete-account': {
    source: 'account, conversations and files, at once and for good',
    heading: {
      en: 'Delete my account, close it, leave for good',
      fr: 'Supprimer mon compte, le fermer, partir, quitter définitivement',
      es: 'Eliminar mi cuenta, cerrarla, irse, darse de baja para siempre',
    },
  },
  'own-data': {
    source: 'everything the server holds about you, as one JSON file',
    heading: {
      en: 'Your data: what the server knows and holds about me, download a copy',
      fr: 'Vos données : ce que le serveur sait de moi, télécharger une copie',
      es: 'Sus datos: lo que el servidor sabe de mí, descargar una copia',
    },
  },
  profile: {
    source: 'Colours follow your device or your choice.',
    heading: {
      en: 'Profile: name, language of the pages, colours, dark, light, screen, bright',
      fr: 'Profil : nom, langue des pages, couleurs, sombre, clair, écran, lumineux',
      es: 'Perfil: nombre, idioma de las páginas, colores, oscuro, claro, pantalla, brillo',
    },
  },
  people: {
    source: 'make administrator or ordinary user',
    heading: {
      en: 'People: administrators, rights, roles, disable or delete a user',
      fr: 'Personnes : administrateurs, droits, rôles, désactiver ou supprimer un utilisateur',
      es: 'Personas: administradores, derechos, roles, desactivar o eliminar a un usuario',
    },
  },
  'sign-up': {
    source: 'choose Create one and give the name that others will see',
    heading: {
      en: 'Sign up, register, create an account, first time',
      fr: 'S’inscrire, inscription, créer un compte, première fois',
      es: 'Registrarse, registro, crear una cuenta, primera vez',
    },
  },
  away: {
    source: 'the answer goes on on the server',
    heading: {
      en: 'Reload, close the page, the tab, the laptop, change the device while an answer is being written',
      fr: 'Recharger, fermer la page, l’onglet, l’ordinateur, changer d’appareil pendant une réponse',
      es: 'Recargar, cerrar la página, la pestaña, el portátil, cambiar de dispositivo durante una respuesta',
    },
  },
  drafts: {
    source: 'What you are writing stays with its conversation.',
    heading: {
      en: 'Draft, unsent message, words not sent yet, kept',
      fr: 'Brouillon, message pas encore envoyé, conservé',
      es: 'Borrador, mensaje aún no enviado, guardado',
    },
  },
  connection: {
    source: 'What you send then waits, and goes out when the connection is back.',
    heading: {
      en: 'No connection, network, internet, offline, interrupted answer',
      fr: 'Pas de connexion, réseau, internet, hors ligne, réponse interrompue',
      es: 'Sin conexión, red, internet, respuesta interrumpida',
    },
  },
  audit: {
    source: 'who did what to whom, and when',
    heading: {
      en: 'Audit log: record of who did, changed or deleted what',
      fr: 'Journal d’audit : trace de qui a fait, modifié ou supprimé quoi',
      es: 'Auditoría: quién hizo, cambió o eliminó qué',
    },
  },
} satisfies Record<string, Section>;

/** A part of the user guide. */
export type GuideTopic = keyof typeof userGuide;
