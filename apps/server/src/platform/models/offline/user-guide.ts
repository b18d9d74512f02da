import type { Language } from './language.ts';

type Section = {
  /** Words of docs/user-guide.md that say the same, so that neither changes without the other. */
  source: string;
  answers: Record<Language, string>;
};

/** What newcomers ask first, out of the user guide. */
export const userGuide = {
  invite: {
    source: 'ask its administrator for an invitation',
    answers: {
      en: 'An administrator opens **Administration** in the menu under their name, then **People**, and invites somebody by e-mail address: the link creates that person’s account. Open invitations are listed under **Invitations**, where they can be withdrawn. On a server with open registration, anybody can choose **Create one** on the sign-in page.',
      fr: 'Un administrateur ouvre **Administration** dans le menu sous son nom, puis **Personnes**, et invite quelqu’un par son adresse e-mail : le lien crée le compte de cette personne. Les invitations en cours figurent sous **Invitations**, où l’on peut les retirer. Si l’inscription est ouverte, chacun peut aussi créer son compte depuis la page de connexion.',
      es: 'Un administrador abre **Administración** en el menú bajo su nombre, luego **Personas**, e invita a alguien por su correo: el enlace crea la cuenta de esa persona. Las invitaciones pendientes están en **Invitaciones**, donde se pueden retirar. Si el registro está abierto, cualquiera puede crear su cuenta en la página de inicio de sesión.',
    },
  },
  password: {
    source: 'a new one ends all your other sessions',
    answers: {
      en: 'Open the menu under your name, **Account**, and there **Password**. A new password ends all your other sessions.',
      fr: 'Ouvrez le menu sous votre nom, **Compte**, puis **Mot de passe**. Un nouveau mot de passe met fin à toutes vos autres sessions.',
      es: 'Abra el menú bajo su nombre, **Cuenta**, y allí **Contraseña**. Una contraseña nueva cierra todas sus demás sesiones.',
    },
  },
  forgotten: {
    source: 'Ask an administrator for a reset link. It works once.',
    answers: {
      en: 'Ask an administrator for a reset link: it works once and lets you choose a new password. Administrators make one under **Administration**, **People**.',
      fr: 'Demandez à un administrateur un lien de réinitialisation : il sert une fois et permet de choisir un nouveau mot de passe. Les administrateurs le créent sous **Administration**, **Personnes**.',
      es: 'Pida a un administrador un enlace de restablecimiento: sirve una vez y permite elegir una contraseña nueva. Los administradores lo crean en **Administración**, **Personas**.',
    },
  },
  'delete-conversation': {
    source: 'Deleting takes its files along, for good.',
    answers: {
      en: 'Open the **history** with the button at the top left, then the menu of the conversation, and choose **Delete**. It takes its files along, for good.',
      fr: 'Ouvrez l’**historique** avec le bouton en haut à gauche, puis le menu de la discussion, et choisissez **Supprimer**. Ses fichiers disparaissent avec elle, définitivement.',
      es: 'Abra el **historial** con el botón de arriba a la izquierda, luego el menú de la conversación, y elija **Eliminar**. Sus archivos se van con ella, para siempre.',
    },
  },
  'rename-conversation': {
    source: 'Each can be renamed and deleted.',
    answers: {
      en: 'Open the **history** with the button at the top left, then the menu of the conversation, and choose **Rename**.',
      fr: 'Ouvrez l’**historique** avec le bouton en haut à gauche, puis le menu de la discussion, et choisissez **Renommer**.',
      es: 'Abra el **historial** con el botón de arriba a la izquierda, luego el menú de la conversación, y elija **Cambiar el nombre**.',
    },
  },
  history: {
    source: 'History holds your conversations, the last one used first.',
    answers: {
      en: 'The **history** button at the top left shows your conversations, the last one used first. Its search looks into what was said, not only into titles.',
      fr: 'Le bouton **historique** en haut à gauche montre vos discussions, la dernière utilisée d’abord. Sa recherche porte sur ce qui a été dit, et pas seulement sur les titres.',
      es: 'El botón del **historial**, arriba a la izquierda, muestra sus conversaciones, la última usada primero. Su búsqueda mira lo que se dijo, no solo los títulos.',
    },
  },
  'new-conversation': {
    source: 'New chat, at the top right, begins another conversation',
    answers: {
      en: '**New chat**, at the top right, begins another conversation. The one you leave stays in the history.',
      fr: '**Nouvelle discussion**, en haut à droite, en commence une autre. Celle que vous quittez reste dans l’historique.',
      es: '**Nuevo chat**, arriba a la derecha, empieza otra conversación. La que deja queda en el historial.',
    },
  },
  files: {
    source: 'images, PDF and text, as a rule up to 10 MB each and four a message',
    answers: {
      en: 'Where the server takes files, choose **Attach files** under the plus beside the message, or drop them on the page: images, PDF and text, as a rule up to 10 MB each and four a message. What they say is read by a language model; I am none.',
      fr: 'Si le serveur accepte des fichiers, choisissez **Joindre des fichiers** sous le plus à côté du message, ou déposez-les sur la page : images, PDF et textes, en règle générale jusqu’à 10 Mo chacun et quatre par message. C’est un modèle de langage qui les lit ; je n’en suis pas un.',
      es: 'Si el servidor acepta archivos, elija **Adjuntar archivos** bajo el signo más junto al mensaje, o suéltelos en la página: imágenes, PDF y textos, por lo general hasta 10 MB cada uno y cuatro por mensaje. Los lee un modelo de lenguaje; yo no lo soy.',
    },
  },
  dictation: {
    source: 'Dictate writes down what you say, where the server has a model that can.',
    answers: {
      en: '**Dictate**, the microphone beside the message, writes down what you say, where the server has a model that can. Your browser asks for the microphone first.',
      fr: '**Dicter**, le micro à côté du message, écrit ce que vous dites, si le serveur a un modèle qui le peut. Votre navigateur demande d’abord l’accès au micro.',
      es: '**Dictar**, el micrófono junto al mensaje, escribe lo que usted dice, si el servidor tiene un modelo capaz. El navegador pide antes permiso para el micrófono.',
    },
  },
  answers: {
    source: 'Stop ends an answer. What is written stays.',
    answers: {
      en: '**Stop**, in the place of Send, ends an answer; what is written stays. Under an answer you can copy it, say whether it was good, and have it written again with **Try again**.',
      fr: '**Arrêter**, à la place d’Envoyer, met fin à une réponse ; ce qui est écrit reste. Sous une réponse, on peut la copier, dire si elle était bonne, et la faire réécrire avec **Réessayer**.',
      es: '**Detener**, en el lugar de Enviar, termina una respuesta; lo escrito se queda. Bajo una respuesta puede copiarla, decir si fue buena y pedirla otra vez con **Intentar de nuevo**.',
    },
  },
  writing: {
    source: 'Shift+Enter begins a new line',
    answers: {
      en: '**Enter** sends the message; **Shift+Enter** begins a new line.',
      fr: '**Entrée** envoie le message ; **Maj+Entrée** passe à la ligne.',
      es: '**Intro** envía el mensaje; **Mayús+Intro** empieza una línea nueva.',
    },
  },
  'export-conversation': {
    source: 'The menu saves the conversation as Markdown or prints it.',
    answers: {
      en: 'The menu **More** at the top right saves the conversation as Markdown or prints it.',
      fr: 'Le menu **Plus**, en haut à droite, enregistre la discussion en Markdown ou l’imprime.',
      es: 'El menú **Más**, arriba a la derecha, guarda la conversación como Markdown o la imprime.',
    },
  },
  'two-factor': {
    source: 'a code from an app on your phone after the password',
    answers: {
      en: 'Under your name, **Account**, **Two-factor sign-in**: a code from an app on your phone after the password. Keep the recovery codes in a safe place; each lets you in once without the phone. Without either, an administrator can remove the second factor.',
      fr: 'Sous votre nom, **Compte**, **Connexion à deux facteurs** : un code d’une application de votre téléphone après le mot de passe. Gardez les codes de secours en lieu sûr ; chacun permet d’entrer une fois sans le téléphone. Sans l’un ni l’autre, un administrateur peut retirer le second facteur.',
      es: 'Bajo su nombre, **Cuenta**, **Inicio en dos pasos**: un código de una aplicación de su teléfono después de la contraseña. Guarde los códigos de recuperación en lugar seguro; cada uno deja entrar una vez sin el teléfono. Sin ninguno, un administrador puede quitar el segundo factor.',
    },
  },
  sessions: {
    source: 'end what you do not recognise, then change your password',
    answers: {
      en: 'Under your name, **Account**, **Where you are signed in**: every device is listed, and each can be signed out. End what you do not recognise, then change your password, which signs out all other devices.',
      fr: 'Sous votre nom, **Compte**, **Où vous êtes connecté** : chaque appareil y figure et peut être déconnecté. Fermez ce que vous ne reconnaissez pas, puis changez votre mot de passe, ce qui déconnecte tous les autres appareils.',
      es: 'Bajo su nombre, **Cuenta**, **Dónde tiene la sesión abierta**: cada dispositivo aparece y se puede desconectar. Cierre lo que no reconozca y cambie luego la contraseña, lo que desconecta todos los demás dispositivos.',
    },
  },
  'delete-account': {
    source: 'account, conversations and files, at once and for good',
    answers: {
      en: 'Under your name, **Account**, **Delete my account**: account, conversations and files go at once and for good.',
      fr: 'Sous votre nom, **Compte**, **Supprimer mon compte** : compte, discussions et fichiers disparaissent aussitôt et définitivement.',
      es: 'Bajo su nombre, **Cuenta**, **Eliminar mi cuenta**: cuenta, conversaciones y archivos desaparecen en el acto y para siempre.',
    },
  },
  'own-data': {
    source: 'everything the server holds about you, as one JSON file',
    answers: {
      en: 'Under your name, **Account**, **Your data**: everything the server holds about you, as one JSON file.',
      fr: 'Sous votre nom, **Compte**, **Vos données** : tout ce que le serveur sait de vous, en un fichier JSON.',
      es: 'Bajo su nombre, **Cuenta**, **Sus datos**: todo lo que el servidor guarda sobre usted, en un archivo JSON.',
    },
  },
  profile: {
    source: 'Colours follow your device or your choice.',
    answers: {
      en: 'Your name and the language of the pages (English, French, Spanish) are under your name, **Account**, **Profile**. Light or dark follows your device; the button at the top changes it.',
      fr: 'Votre nom et la langue des pages (anglais, français, espagnol) se changent sous votre nom, **Compte**, **Profil**. Clair ou sombre suit votre appareil ; le bouton en haut le change.',
      es: 'Su nombre y el idioma de las páginas (inglés, francés, español) se cambian bajo su nombre, **Cuenta**, **Perfil**. Claro u oscuro sigue a su dispositivo; el botón de arriba lo cambia.',
    },
  },
  people: {
    source: 'make administrator or ordinary user',
    answers: {
      en: 'An administrator opens **Administration**, **People**: there somebody is made administrator or ordinary user, disabled, signed out everywhere, or deleted. The last administrator stays one.',
      fr: 'Un administrateur ouvre **Administration**, **Personnes** : là, on nomme quelqu’un administrateur ou simple utilisateur, on le désactive, on le déconnecte partout ou on le supprime. Le dernier administrateur le reste.',
      es: 'Un administrador abre **Administración**, **Personas**: allí se hace a alguien administrador o usuario normal, se le desactiva, se cierran todas sus sesiones o se le elimina. El último administrador sigue siéndolo.',
    },
  },
} satisfies Record<string, Section>;

/** A part of the user guide. */
export type GuideTopic = keyof typeof userGuide;
